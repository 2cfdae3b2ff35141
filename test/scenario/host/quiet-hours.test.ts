import { describe, expect, it } from "vitest";
import type { QuietHours } from "../../../src/core/quiet-hours.ts";
import { localTimeAt } from "../../../src/time/local-time.ts";
import { GUEST_MIB, playCrowdedHost } from "../../support/crowded-host.ts";
import { loadOf } from "../../support/sim.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

/** One guest idles, one reads files, two idle. */
const loads = () => [
  loadOf(() => ({ anon: 100 })),
  loadOf(() => ({ anon: 150, cache: 500 }), { touchSeconds: 20 }),
  loadOf(() => ({ anon: 100 })),
  loadOf(() => ({ anon: 100 })),
];

/** Quiet from the start on, for `minutes`. */
function fromTheStart(minutes: number): QuietHours {
  const { day, minute } = localTimeAt(new VirtualClock().wallMs());
  return { days: [(day + 6) % 7, day, (day + 1) % 7], fromMinute: minute, untilMinute: (minute + minutes) % 1440 };
}

const onlyFirst = (hours: QuietHours) => (guest: string) => (guest === "g0" ? [hours] : []);

/** After half a minute another process takes 640 MiB at once, and the host has almost nothing left. */
const sudden = (seconds: number): number => (seconds < 30 ? 0 : 640);

describe("a guest in its quiet hours", () => {
  it("keeps what it has while others give, and gives once they are over", async () => {
    const { played, records } = await playCrowdedHost({
      ...{ loads: loads(), otherMib: () => 0, take: "always", seconds: 400, quietHours: onlyFirst(fromTheStart(3)) },
    });
    for (const { hasMib } of played.slice(0, 120)) expect(hasMib[0]).toBe(GUEST_MIB);
    expect(played[120]?.hasMib[2]).toBeLessThan(GUEST_MIB / 2);
    expect(played.at(-1)?.hasMib[0]).toBeLessThan(GUEST_MIB / 2);
    const told = records.flatMap((record) =>
      record.kind === "notice" ? [`${record.guest} ${record.notice.code}`] : [],
    );
    expect(told).toEqual(["g0 quiet_ends"]);
  });

  it("has given most of it by then without them", async () => {
    const { played } = await playCrowdedHost({
      ...{ loads: loads(), otherMib: () => 0, take: "always", seconds: 120 },
    });
    expect(played.at(-1)?.hasMib[0]).toBeLessThan(GUEST_MIB / 2);
  });

  it("keeps it even where the host is about to run out, and the others give instead", async () => {
    const hours = onlyFirst(fromTheStart(60));
    const { played, scores } = await playCrowdedHost({
      ...{ loads: loads(), otherMib: sudden, take: "as_needed", seconds: 90, quietHours: hours },
    });
    for (const { hasMib } of played) expect(hasMib[0]).toBe(GUEST_MIB);
    expect(played.at(-1)?.availableMib).toBeGreaterThan(0);
    expect(played.at(-1)?.hasMib[2]).toBeLessThan(GUEST_MIB);
    expect(scores.map(({ oomKills }) => oomKills)).toEqual([0, 0, 0, 0]);
  });

  it("gives what it does not use there without them", async () => {
    const { played } = await playCrowdedHost({
      ...{ loads: loads(), otherMib: sudden, take: "as_needed", seconds: 90 },
    });
    expect(played.at(-1)?.hasMib[0]).toBeLessThan(GUEST_MIB);
  });

  it("still gets what it runs short of", async () => {
    const rising = [loadOf((seconds) => ({ anon: seconds < 60 ? 100 : 700 }))];
    const early = fromTheStart(1);
    // Quiet from the second minute on, when most of its memory was taken.
    const quiet = { ...early, fromMinute: early.untilMinute, untilMinute: (early.untilMinute + 30) % 1440 };
    const { played, scores } = await playCrowdedHost({
      ...{ loads: rising, otherMib: () => 0, take: "always", seconds: 240, quietHours: onlyFirst(quiet) },
    });
    expect(played[55]?.hasMib[0]).toBeLessThan(550);
    expect(played[100]?.hasMib[0]).toBeGreaterThan(700);
    expect(played.at(-1)?.hasMib[0]).toBeGreaterThanOrEqual(played[100]?.hasMib[0] ?? GUEST_MIB);
    expect(scores.map(({ oomKills }) => oomKills)).toEqual([0]);
  });
});
