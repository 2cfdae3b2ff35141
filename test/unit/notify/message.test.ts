import { describe, expect, it } from "vitest";
import type { JournalRecord } from "../../../src/core/journal-record.ts";
import { isChosen, messageOf } from "../../../src/notify/message.ts";

const fault: JournalRecord = {
  kind: "fault",
  guest: "a\nb",
  code: "ERR_DEADLINE",
  details: {},
  problem: "late",
  isRepeated: false,
  turn: null,
  nowMs: null,
  seq: 7,
  atMs: 0,
};
const found: JournalRecord = { kind: "guest", guest: "web", change: "found", seq: 1, atMs: 0, turn: 1, nowMs: 0 };
const notice = (code: "notify_back" | "notify_dropped" | "no_effect"): JournalRecord => ({
  kind: "notice",
  guest: "*",
  notice: { code, details: {} },
  seq: 1,
  atMs: 0,
});

describe("a message", () => {
  it("is of a record of a chosen kind that is grave enough", () => {
    expect(isChosen(fault, { severity: "warning", kinds: null })).toBe(true);
    expect(isChosen(fault, { severity: "error", kinds: null })).toBe(false);
    expect(isChosen(fault, { severity: "warning", kinds: ["notice"] })).toBe(false);
    expect(isChosen(found, { severity: "warning", kinds: null })).toBe(false);
    expect(isChosen(found, { severity: "notice", kinds: ["guest"] })).toBe(true);
  });

  it("is never of what went wrong with handing out, nor of what was told before", () => {
    const all = { severity: "info", kinds: null } as const;
    expect(isChosen(notice("no_effect"), all)).toBe(true);
    expect(isChosen(notice("notify_back"), all)).toBe(false);
    expect(isChosen(notice("notify_dropped"), all)).toBe(false);
    expect(isChosen({ ...fault, code: "ERR_NOTIFY" }, all)).toBe(false);
  });

  it("is one line of JSON with all of the record, and a name that can't be two lines", () => {
    const { json, guest } = messageOf(fault, "host-1", 3);
    expect(json).not.toContain("\n");
    expect(JSON.parse(json)).toEqual({ ...fault, severity: "warning", text: "late", host: "host-1", dropped: 3 });
    expect(guest).toBe("a\\nb");
  });
});
