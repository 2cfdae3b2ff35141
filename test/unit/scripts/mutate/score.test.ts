import { describe, expect, it } from "vitest";
import { REPORT } from "../../../../scripts/mutate/report.ts";
import { describeScore, scoreOf } from "../../../../scripts/mutate/score.ts";

const SOURCE = "export function floor(mb: number): number {\n  return mb > 0\n    ? mb : 0;\n}\n";

function mutant(status: string, start: [number, number], end: [number, number], replacement: string): object {
  const [from, to] = [start, end].map(([line, column]) => ({ line, column }));
  return { id: "1", mutatorName: "Any", status, replacement, location: { start: from, end: to } };
}

function reportOf(...mutants: object[]): ReturnType<typeof REPORT.parse> {
  return REPORT.parse({ schemaVersion: "1.0", files: { "src/core/floor.ts": { source: SOURCE, mutants } } });
}

/** A change of the condition `mb > 0`. */
const of = (status: string, replacement = "true"): object => mutant(status, [2, 10], [2, 16], replacement);

describe("the score of a room", () => {
  it("counts a change as noticed when a test failed or did not end", () => {
    const score = scoreOf(reportOf(of("Killed"), of("Timeout"), of("Survived"), of("NoCoverage")));
    expect(score).toMatchObject({ noticed: 2, timedOut: 1, tried: 4 });
  });

  it("leaves out what is made at load and what is no program", () => {
    expect(scoreOf(reportOf(of("Killed"), of("Ignored"), of("RuntimeError"), of("CompileError")))).toMatchObject({
      noticed: 1,
      tried: 1,
      leftOut: 1,
    });
  });

  it("tells where each survivor is, what stood there and what it became", () => {
    const { survivors } = scoreOf(reportOf(of("NoCoverage", "false"), of("Survived"), of("Killed")));
    expect(survivors).toEqual([
      "src/core/floor.ts:2  mb > 0  ->  false  (no test comes here)",
      "src/core/floor.ts:2  mb > 0  ->  true",
    ]);
  });

  it("tells a change over several lines in one, cut where it is long", () => {
    const { survivors } = scoreOf(reportOf(mutant("Survived", [2, 10], [3, 13], "x".repeat(100))));
    expect(survivors).toEqual([`src/core/floor.ts:2  mb > 0 ? mb : 0  ->  ${"x".repeat(67)}...`]);
  });

  it("is told as a share after its survivors", () => {
    const text = describeScore("core", scoreOf(reportOf(of("Killed"), of("Killed"), of("Survived"), of("Ignored"))), 1);
    expect(text.split("\n")[1]).toBe("core: 66.7 %, 2 of 3 noticed (0 by waiting; 1 made at load left out)");
  });

  it("is none where nothing can be changed", () => {
    expect(describeScore("core/own.ts", scoreOf(REPORT.parse({ files: {} })), 1)).toContain("nothing to change");
    const sample = describeScore("core", scoreOf(reportOf(of("Killed"), of("Ignored"))), 3);
    expect(sample).toContain("1 made at load or not in 1 of 3 functions left out");
  });
});
