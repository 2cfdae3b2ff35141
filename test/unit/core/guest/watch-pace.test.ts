import { describe, expect, it } from "vitest";
import { pacedTunables, paceNotice, watchPeriodMs } from "../../../../src/core/guest/watch-pace.ts";
import { DEFAULT_TUNABLES, type Tunables } from "../../../../src/core/tunables.ts";

const tunables = (change: Partial<Tunables> = {}): Tunables => ({
  ...DEFAULT_TUNABLES,
  guard_watch_ms: 100,
  ...change,
});

describe("the pace of the watch", () => {
  it("is what was asked for up to a thousand looks a second at all guests together, and slower beyond", () => {
    expect(pacedTunables(tunables(), 100)).toEqual(tunables());
    expect(pacedTunables(tunables(), 101)).toEqual(tunables({ guard_watch_ms: 101 }));
    expect(pacedTunables(tunables({ guard_watch_ms: 500 }), 400).guard_watch_ms).toBe(500);
  });

  it("is told when it becomes slower than was asked for, once", () => {
    const details = { guests: 150, watchMs: 150, wantedMs: 100 };
    expect(paceNotice(100, 150, tunables())).toEqual({ code: "watch_slowed", details });
    expect(paceNotice(150, 160, tunables())).toBeNull();
    expect(paceNotice(150, 100, tunables())).toBeNull();
    expect(paceNotice(99, 100, tunables())).toBeNull();
    expect(paceNotice(100, 150, tunables({ guard: 0 }))).toBeNull();
  });

  it.each<[Partial<Tunables>, number | null]>([
    [{}, 100],
    [{ guard: 0 }, null],
    [{ selfballooning: 0 }, null],
    [{ guard_watch_ms: 5000 }, null],
    [{ guard_watch_ms: 4999 }, 4999],
  ])("under %j is a look every %s ms", (change, periodMs) => {
    expect(watchPeriodMs(tunables(change))).toBe(periodMs);
  });
});
