import fc from "fast-check";
import { describe, it } from "vitest";
import { globMatcher } from "../../../src/core/glob.ts";

/** What a pattern stands for, by its definition. */
function isMeant(pattern: string, name: string): boolean {
  const [first, rest] = [pattern.slice(0, 1), pattern.slice(1)];
  if (first === "") return name === "";
  if (first === "*") return isMeant(rest, name) || (name !== "" && isMeant(pattern, name.slice(1)));
  return name !== "" && (first === "?" || first === name.slice(0, 1)) && isMeant(rest, name.slice(1));
}

const text = (letters: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...letters), maxLength });

describe("a pattern for names", () => {
  it("matches what its definition says", () => {
    fc.assert(
      fc.property(text(["a", "b", ".", "*", "?"], 8), text(["a", "b", ".", "*", "\n"], 10), (pattern, name) => {
        return globMatcher(pattern)(name) === isMeant(pattern, name);
      }),
      { numRuns: 5000 },
    );
  });
});
