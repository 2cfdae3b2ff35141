import { readFileSync } from "node:fs";
import type { Observation } from "../../../src/core/observation.ts";
import { parseRecordingLine } from "../../../src/formats/recording.ts";

const FIXTURE = new URL("../../fixtures/validation/", import.meta.url);

/** What was done to the real guest, and when; `t` and `startS` are seconds since the first observation. */
export interface Played {
  readonly targets: readonly { readonly startS: number; readonly targetMib: number }[];
  readonly programs: readonly PlayedProgram[];
  readonly moments: readonly Moment[];
}

export interface PlayedProgram {
  readonly name: string;
  readonly startS: number;
  /** From its start until it had filled its memory; 0 for one that only reads files. */
  readonly filledS: number;
  /** From its start until it ended. */
  readonly endedS: number;
}

/** One observation of the real guest, with what was read beside it. */
export interface Moment {
  readonly startS: number;
  readonly observation: Observation;
  readonly cachedPages: number;
  /** Pages in swap that are not in memory too. */
  readonly swappedPages: number;
}

/** The recording of the real guest. */
export function readPlayed(): Played {
  const observations = linesOf("recording.jsonl").map((line, nth) => {
    const parsed = parseRecordingLine(line, nth + 1);
    if (parsed.kind !== "observation") throw new Error(`line ${nth + 1} of the recording is no observation`);
    return parsed.observation;
  });
  const first = observations[0]?.t ?? 0;
  const since = (t: number): number => t - first;
  const beside = linesOf("beside.jsonl").map((line) => JSON.parse(line) as Beside);
  const events = JSON.parse(readFileSync(new URL("events.json", FIXTURE), "utf8")) as readonly Event[];
  return {
    targets: events.flatMap((event) =>
      "targetMib" in event ? [{ startS: since(event.t), targetMib: event.targetMib }] : [],
    ),
    programs: events.flatMap((event) => ("name" in event ? [{ ...event, startS: since(event.t) }] : [])),
    moments: observations.map((observation) => {
      const { cachedPages, swappedPages } = interpolate(beside, observation.t);
      return { startS: since(observation.t), observation, cachedPages, swappedPages };
    }),
  };
}

type Event = { readonly t: number } & (
  | { readonly targetMib: number }
  | { readonly name: string; readonly filledS: number; readonly endedS: number }
);

interface Beside {
  readonly t: number;
  readonly cachedPages: number;
  readonly swappedPages: number;
}

function linesOf(name: string): readonly string[] {
  return readFileSync(new URL(name, FIXTURE), "utf8").trimEnd().split("\n");
}

/** The readings at `t`, on a straight line between the two that are nearest. */
function interpolate(lines: readonly Beside[], t: number): Omit<Beside, "t"> {
  const after = lines.find((line) => line.t >= t) ?? lines.at(-1);
  const before = lines.findLast((line) => line.t <= t) ?? after;
  if (before === undefined || after === undefined) throw new Error("nothing was read beside the recording");
  const share = after.t > before.t ? (t - before.t) / (after.t - before.t) : 0;
  const between = (of: (line: Beside) => number): number => of(before) + (of(after) - of(before)) * share;
  return { cachedPages: between((line) => line.cachedPages), swappedPages: between((line) => line.swappedPages) };
}
