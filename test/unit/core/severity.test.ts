import { describe, expect, it } from "vitest";
import { ERRORS, type ErrorCode } from "../../../src/core/errors.ts";
import type { JournalRecord } from "../../../src/core/journal-record.ts";
import { NOTICES, type NoticeCode } from "../../../src/core/notices.ts";
import type { Reason } from "../../../src/core/reasons.ts";
import { isAtLeast, SEVERITY_NAMES, type Severity, severityOf } from "../../../src/core/severity.ts";
import { faultRecord, stepRecord } from "../../support/guest-records.ts";

const numbered = { seq: 1, atMs: 0, turn: 1, nowMs: 0, guest: "web" };

function decided(reason: Reason, isPaused = false): Severity {
  const record = stepRecord("web");
  return severityOf({ ...record, ...numbered, isPaused, decision: { ...record.decision, reason } });
}

describe("the severity of a record", () => {
  it("is that of its reason where it is a decision, and none of a guest that is paused", () => {
    expect(decided("lower")).toBe("info");
    expect(decided("host_full")).toBe("notice");
    expect(decided("emergency")).toBe("warning");
    expect(decided("emergency", true)).toBe("info");
  });

  it.each(Object.keys(ERRORS) as ErrorCode[])("of the fault %s is an error where it is ours alone", (code) => {
    const severity = severityOf({ ...faultRecord("web", "late"), seq: 1, atMs: 0, code });
    expect(severity).toBe(ERRORS[code].owner === "bug" ? "error" : "warning");
  });

  it.each(Object.keys(NOTICES) as NoticeCode[])("is known of the notice %s, and never nothing", (code) => {
    const severity = severityOf({ ...numbered, kind: "notice", notice: { code, details: {} } });
    expect(SEVERITY_NAMES.slice(1)).toContain(severity);
  });

  it("warns of memory that could not be given", () => {
    const give = { ...numbered, kind: "give", because: "asked", terms: null, isAll: true } as const;
    const gift = (isDone: boolean): JournalRecord => ({ ...give, bytes: null, ofBytes: null, isDone });
    expect([severityOf(gift(true)), severityOf(gift(false))]).toEqual(["notice", "warning"]);
  });

  it("has an order", () => {
    expect(SEVERITY_NAMES).toEqual(["info", "notice", "warning", "error"]);
    expect(SEVERITY_NAMES.filter((severity) => isAtLeast(severity, "warning"))).toEqual(["warning", "error"]);
  });
});
