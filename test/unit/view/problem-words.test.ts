import { describe, expect, it } from "vitest";
import { selfballoonError } from "../../../src/core/errors.ts";
import { isFault, problemLabel } from "../../../src/view/problem-words.ts";

const guest = "web is fine";

describe("a guest's problem in a word or two", () => {
  it.each([
    [selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "paused" }), "paused"],
    [selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "shut down" }), "shut down"],
    [selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "busy, or migrating" }), "busy"],
    [selfballoonError("ERR_BALLOON_MISSING", { guest, remedy: "a device" }), "no balloon"],
  ])("is the guest's state: %s", (problem, label) => {
    expect(problemLabel(problem)).toBe(label);
    expect(isFault(problem)).toBe(false);
  });

  it.each([
    selfballoonError("ERR_SOCKET", { path: "/a", problem: "gone" }),
    selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "\u001b[2J" }),
    { code: "ERR_INTERNAL", details: {}, message: "" } as const,
  ])("is unreadable for all else: %j", (problem) => {
    expect(problemLabel(problem)).toBe("unreadable");
    expect(isFault(problem)).toBe(true);
  });
});
