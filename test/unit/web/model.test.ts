import { describe, expect, it } from "vitest";
import type { JournalRecord } from "../../../src/core/journal-record.ts";
import { EMPTY_MODEL, pointsPerGuest, withGuests, withRecords } from "../../../src/web/model.ts";
import { faultRecord, guestStatus, stepRecord } from "../../support/guest-records.ts";

const stepped = (seq: number, guest: string, readings: Parameters<typeof stepRecord>[1] = {}): JournalRecord => ({
  ...stepRecord(guest, { t: seq, ...readings }),
  seq,
  atMs: seq * 1000,
});

describe("the page's model", () => {
  it("keeps the last step of a guest, and its past", () => {
    const model = withRecords(EMPTY_MODEL, [
      stepped(1, "a", { totalramPages: 1000 }),
      stepped(2, "a", { totalramPages: 900 }),
    ]);
    const view = model.guests.get("a");
    expect(view).toMatchObject({ steps: 2, figures: { currentBytes: 900 * 4096 }, problem: null });
    expect(view?.points.map(({ figures }) => figures.currentBytes)).toEqual([1000 * 4096, 900 * 4096]);
    expect(model.lastSeq).toBe(2);
  });

  it("puts replayed records into the past without touching what the daemon lists", () => {
    const listed = withGuests(EMPTY_MODEL, [guestStatus("a", { t: 9, totalramPages: 700 })]);
    const view = withRecords(listed, [stepped(3, "a", { totalramPages: 900 })]).guests.get("a");
    expect(view?.figures?.currentBytes).toBe(700 * 4096);
    expect(view?.points).toHaveLength(1);
  });

  it("drops guests that are gone, and keeps the past of the others", () => {
    const before = withRecords(EMPTY_MODEL, [stepped(1, "a"), stepped(2, "b")]);
    const after = withGuests(before, [guestStatus("a")]);
    expect([...after.guests.keys()]).toEqual(["a"]);
    expect(after.guests.get("a")?.points).toHaveLength(1);
  });

  it("takes in pauses and faults", () => {
    const before = withGuests(EMPTY_MODEL, [guestStatus("a")]);
    const paused = withRecords(before, [{ kind: "pause", seq: 1, atMs: 1, guest: "a", paused: true, released: false }]);
    expect(paused.guests.get("a")?.paused).toBe(true);
    const fault = { ...faultRecord("a", "late"), seq: 2, atMs: 2 };
    expect(withRecords(paused, [fault]).guests.get("a")).toMatchObject({
      state: "unreadable",
      problem: { code: "ERR_DEADLINE", details: {}, message: "late" },
      paused: true,
    });
  });

  it("lists a decision only when its reason changed", () => {
    const model = withRecords(EMPTY_MODEL, [
      stepped(1, "a"),
      stepped(2, "a"),
      stepped(3, "a", { totalramPages: 10_000, balloonCurrentPages: 22_144 }),
    ]);
    expect(model.events.map(({ record }) => record.seq)).toEqual([3, 1]);
  });

  it("lists nothing that a paused guest would have done, and nothing that only a replay needs", () => {
    const rise = {
      kind: "rise",
      seq: 2,
      atMs: 2000,
      turn: 2,
      nowMs: 0,
      guest: "a",
      risePages: 9,
      answerMs: 300,
    } as const;
    const model = withRecords(EMPTY_MODEL, [{ ...stepped(1, "a"), isPaused: true } as JournalRecord, rise]);
    expect(model.events).toEqual([]);
  });

  it("leaves it to the daemon's list which guests are there, whatever came and went before", () => {
    const listed = withGuests(EMPTY_MODEL, [guestStatus("a")]);
    const gone = { kind: "guest", seq: 1, atMs: 1, turn: 1, nowMs: 0, guest: "a", change: "removed" } as const;
    const model = withRecords(listed, [gone]);
    expect(model.guests.has("a")).toBe(true);
    expect(model.events.map(({ record }) => record)).toEqual([gone]);
  });

  it("holds a bounded past, however many guests and records there are", () => {
    const many = Array.from({ length: 3000 }, (_, nth) => stepped(nth + 1, "a"));
    expect(withRecords(EMPTY_MODEL, many).guests.get("a")?.points).toHaveLength(pointsPerGuest(1));
    const faults = Array.from({ length: 3000 }, (_, nth) => ({ ...faultRecord("a", "late"), seq: nth + 1, atMs: nth }));
    expect(withRecords(EMPTY_MODEL, faults).events).toHaveLength(1024);
    expect(pointsPerGuest(1)).toBe(720);
    expect(pointsPerGuest(1000)).toBe(120);
    expect(pointsPerGuest(4096)).toBe(60);
  });
});
