import { describe, expect, it } from "vitest";
import { selfballoonError } from "../../../src/core/errors.ts";
import { knownError, leftAloneState, problemFrom } from "../../../src/daemon/fault.ts";

describe("what went wrong", () => {
  it("is what it was if it is from the table of errors", () => {
    const error = selfballoonError("ERR_DEADLINE", { what: "reading", deadlineMs: 3000 });
    expect(knownError(error)).toBe(error);
    const details = { what: "reading", deadlineMs: 3000 };
    expect(problemFrom(error)).toEqual({ code: "ERR_DEADLINE", details, message: error.message });
  });

  it("is a bug of ours that says where it happened if it is not", () => {
    const error = knownError(new TypeError("x is not a function"));
    expect(error.code).toBe("ERR_INTERNAL");
    expect(String(error.details["problem"])).toMatch(/^x is not a function \(at .*fault\.test\.ts/);
  });

  it("is told even if it is no error at all", () => {
    expect(knownError("nonsense").details["problem"]).toBe("nonsense");
  });

  it("names what a machine does that is left alone on purpose, and nothing for any other fault", () => {
    expect(leftAloneState({ code: "ERR_GUEST_LEFT_ALONE", details: { state: "paused" } })).toBe("paused");
    expect(leftAloneState({ code: "ERR_DEADLINE", details: { state: "paused" } })).toBeNull();
  });
});
