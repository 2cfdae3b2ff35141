import { describe, expect, it } from "vitest";
import { globMatcher } from "../../../src/core/glob.ts";

describe("a pattern for names", () => {
  it.each([
    ["web*", "web", true],
    ["web*", "web-12", true],
    ["web*", "my-web", false],
    ["web?", "web1", true],
    ["web?", "web", false],
    ["*", "", true],
    ["a.b", "a.b", true],
    ["a.b", "axb", false],
    ["[ab]+(c)", "[ab]+(c)", true],
    ["one*line", "one\nline", true],
  ])("%j on %j: %s", (pattern, name, matches) => {
    expect(globMatcher(pattern)(name)).toBe(matches);
  });

  it("is soon done with a pattern that a regular expression takes a minute over", { timeout: 5000 }, () => {
    expect(globMatcher("*a*a*a*a*a*a*a*b")("a".repeat(60))).toBe(false);
    expect(globMatcher(`${"*a".repeat(100)}*b`)("a".repeat(4000))).toBe(false);
  });
});
