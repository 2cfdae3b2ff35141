import { describe, expect, it } from "vitest";
import { readQuietHours } from "../../../src/core/quiet-hours.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { QuietWatch } from "../../../src/daemon/quiet-watch.ts";

describe("the watch of quiet hours", () => {
  it("tells each guest whose hours begin or end, once, and has it step", () => {
    let wallMs = new Date(2026, 0, 5, 21, 59, 30).getTime();
    const journal = new Journal(100, () => wallMs);
    const hours = readQuietHours("22:00-06:00");
    const happened: string[] = [];
    const watch = new QuietWatch({
      clock: { nowMs: () => 0, wallMs: () => wallMs, after: () => () => {}, every: () => () => {} },
      journal,
      guests: () => ["web", "db"],
      hoursOf: (guest) => (guest === "db" && hours !== null ? [hours] : []),
      onChange: () => happened.push("change"),
      stepSoon: (guests) => happened.push(...guests),
    });
    const lookAt = (...time: readonly [day: number, hour: number, minute: number]) => {
      wallMs = new Date(2026, 0, ...time).getTime();
      watch.look();
      return [watch.isQuiet("web"), watch.isQuiet("db")];
    };
    expect(lookAt(5, 21, 59)).toEqual([false, false]);
    expect(happened).toEqual([]);
    expect(lookAt(5, 22, 0)).toEqual([false, true]);
    expect(lookAt(6, 5, 59)).toEqual([false, true]);
    expect(lookAt(6, 6, 0)).toEqual([false, false]);
    expect(happened).toEqual(["change", "db", "change", "db"]);
    const told = journal.after(0).flatMap((record) => (record.kind === "notice" ? [record.notice.code] : []));
    expect(told).toEqual(["quiet_begins", "quiet_ends"]);
  });
});
