import { describe, expect, it } from "vitest";
import { freshAt, mustFailOpen, noteUnreadable } from "../../../../src/core/guest/freshness.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";

const every = (selfballoon_interval: number) => ({ ...DEFAULT_TUNABLES, selfballoon_interval });

describe("a guest that was not read for a while", () => {
  it("is held for three of its steps, and for 15 s at the least", () => {
    const due = (intervalS: number, nowMs: number): boolean => mustFailOpen(freshAt(0), every(intervalS), nowMs);
    expect([due(1, 15_000), due(1, 15_001)]).toEqual([false, true]);
    expect([due(60, 180_000), due(60, 180_001)]).toEqual([false, true]);
  });

  it("stays as fresh as it was when it can't be read for a fault", () => {
    const before = freshAt(1000);
    expect(noteUnreadable(before, null, 9000)).toBe(before);
  });

  it.each(["paused", "migrating"])("needs nothing while it is %s", (state) => {
    const after = noteUnreadable(freshAt(0), state, 60_000);
    expect(mustFailOpen(after, DEFAULT_TUNABLES, 60_000)).toBe(false);
    expect(mustFailOpen(after, DEFAULT_TUNABLES, 75_001)).toBe(true);
  });

  it("is given everything at once when it restarts, and once for each restart", () => {
    const given = { isOpen: true, isReported: true };
    const restarting = noteUnreadable({ ...freshAt(0), ...given }, "restarting", 0);
    expect(mustFailOpen(restarting, DEFAULT_TUNABLES, 0)).toBe(true);
    const open = { ...restarting, ...given };
    expect(noteUnreadable(open, "restarting", 1000)).toBe(open);
    expect(mustFailOpen(open, DEFAULT_TUNABLES, 1000)).toBe(false);
  });

  it.each(["guard", "selfballooning"])("is left as it is while %s is off", (name) => {
    expect(mustFailOpen(freshAt(0), { ...DEFAULT_TUNABLES, [name]: 0 }, 3_600_000)).toBe(false);
  });
});
