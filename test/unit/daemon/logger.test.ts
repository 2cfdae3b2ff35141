import { describe, expect, it } from "vitest";
import type { Observation } from "../../../src/core/observation.ts";
import { type Logger, logRecords } from "../../../src/daemon/logger.ts";
import { stepRecord } from "../../support/guest-records.ts";

interface Line {
  readonly level: keyof Logger;
  readonly message: string;
  readonly missing: unknown;
}

/** The lines that are logged for steps without these readings, one step after the other. */
function linesFor(...steps: readonly (readonly (keyof Observation)[])[]): readonly Line[] {
  const lines: Line[] = [];
  const log =
    (level: keyof Logger): Logger["info"] =>
    (message, fields) =>
      lines.push({ level, message, missing: fields?.["missing"] });
  const take = logRecords({ info: log("info"), warn: log("warn"), error: log("error") });
  for (const missing of steps) {
    const { decision, observation, ...record } = stepRecord("web");
    const readings = { ...observation, ...Object.fromEntries(missing.map((name) => [name, null])) };
    const reason = missing.length === 0 ? decision.reason : ("missing" as const);
    take({ ...record, seq: 1, atMs: 0, applied: false, observation: readings, decision: { ...decision, reason } });
  }
  return lines;
}

describe("the log of steps", () => {
  it("warns of missing readings by name, once for as long as the same ones are missing", () => {
    const lines = linesFor(["committedPages"], ["committedPages"], ["committedPages", "maxPfn"], [], []);
    expect(lines.map(({ level, missing }) => [level, missing])).toEqual([
      ["warn", ["committedPages"]],
      ["warn", ["committedPages", "maxPfn"]],
      ["info", undefined],
    ]);
    expect(lines[0]?.message).toMatch(/^A reading that the law needs was not there/);
  });
});
