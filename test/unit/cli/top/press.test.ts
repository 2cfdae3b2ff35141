import { describe, expect, it } from "vitest";
import { pressesOf } from "../../../../src/cli/top/press.ts";

describe("a press", () => {
  it("has the key's name, or the character where it has none, and what it types", () => {
    expect(pressesOf("<", { sequence: "<" })).toEqual([{ name: "<", text: "<" }]);
    expect(pressesOf("A", { name: "a", sequence: "A" })).toEqual([{ name: "a", text: "A" }]);
    expect(pressesOf("\u0003", { name: "c", ctrl: true, sequence: "\u0003" })).toMatchObject([{ name: "ctrl+c" }]);
    expect(pressesOf(undefined, { name: "up", sequence: "\u001b[A" })).toEqual([{ name: "up", text: "" }]);
    expect(pressesOf(undefined, { name: "escape", sequence: "\u001b" })).toMatchObject([{ name: "escape" }]);
  });

  it("of a key soon after Escape, which comes as one, is both", () => {
    const first = { name: "escape", text: "" };
    expect(pressesOf(undefined, { name: "p", sequence: "\u001bp" })).toEqual([first, { name: "p", text: "p" }]);
    expect(pressesOf(undefined, { sequence: "\u001b/" })).toEqual([first, { name: "/", text: "/" }]);
    expect(pressesOf(undefined, { name: "up", sequence: "\u001b\u001b[A" })[1]?.name).toBe("up");
  });
});
