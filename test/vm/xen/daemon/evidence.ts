import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Decision } from "../../../../src/core/decision.ts";
import type { StepRecord } from "../../../../src/core/journal-record.ts";
import type { Observation } from "../../../../src/core/observation.ts";
import { runTool } from "../../rig/process.ts";
import { PATIENCE_MS } from "../../rig/wait.ts";

const PROGRAM = fileURLToPath(new URL("../../../../dist/selfballoon.mjs", import.meta.url));
const KIB_PER_PAGE = 4;

/** One look at the balloon, from inside the guest. */
interface Sample {
  readonly uptimeS: number;
  readonly targetKib: number;
  readonly currentKib: number;
  readonly memTotalKib: number;
}

/** What the recording says, beside what `replay` answers to it. */
export type ReplayedLine =
  | { readonly kind: "set"; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: "step"; readonly observation: Observation; readonly decision: Decision };

/** What a scenario's main.sh left in /out. */
export class Evidence {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  text(file: string): string {
    return readFileSync(join(this.folder, file), "utf8").trim();
  }

  number(file: string): number {
    const text = this.text(file);
    return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  }

  /** Memory as `xl list` showed it to dom0 when main.sh said `look NAME`, in MiB. */
  xlListMib(name: string): number {
    return Number(/^guest\s+\d+\s+(\d+)/m.exec(this.text(`${name}-xl-list.txt`))?.[1]);
  }

  samples(): readonly Sample[] {
    return this.lines("samples.txt").map((line) => {
      const [uptimeS = Number.NaN, targetKib = Number.NaN, currentKib = Number.NaN, memTotalKib = Number.NaN] = line
        .split(" ")
        .map(Number);
      return { uptimeS, targetKib, currentKib, memTotalKib };
    });
  }

  /** The samples of one phase. */
  samplesIn(phase: string): readonly Sample[] {
    const marks = this.lines("marks.txt").map((line) => line.split(" "));
    const at = marks.findIndex(([, name]) => name === phase);
    if (at < 0) throw new Error(`main.sh has no phase ${phase}`);
    const beginS = Number(marks[at]?.[0]);
    const endS = Number(marks[at + 1]?.[0] ?? Number.POSITIVE_INFINITY);
    return this.samples().filter(({ uptimeS }) => uptimeS >= beginS && uptimeS < endS);
  }

  /** The targets in the balloon's file, in KiB, each time that it changed. */
  writtenTargetsKib(): readonly number[] {
    const targets = this.samples().map(({ targetKib }) => targetKib);
    return targets.filter((targetKib, index) => targetKib !== targets[index - 1]);
  }

  /** The steps that `run --json` printed. */
  steps(file: string): readonly StepRecord[] {
    return this.lines(file).map((line) => JSON.parse(line) as StepRecord);
  }

  /** What `measure NAME` found, by its names. */
  figures(name: string): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.lines(`figures-${name}.txt`).map((line) => [line.split(" ")[0], Number(line.split(" ")[1])]),
    );
  }

  /** The recording, run through the built program's `replay` on this machine. */
  async replayed(): Promise<readonly ReplayedLine[]> {
    const recorded = this.lines("recording.jsonl");
    const input = Buffer.from(`${recorded.join("\n")}\n`);
    const output = await runTool(process.execPath, [PROGRAM, "replay", "-"], {
      deadlineMs: PATIENCE_MS,
      input,
    });
    const answers = output.trim().split("\n");
    return recorded.flatMap((line, index) => pairUp(JSON.parse(line), JSON.parse(answers[index] ?? "null")));
  }

  private lines(file: string): readonly string[] {
    return this.text(file).split("\n");
  }
}

/** The part of an exact recording's line that is looked at here. */
interface RecordedLine {
  readonly exact?: { readonly env?: { readonly tunables?: Readonly<Record<string, number>> } };
}

/** A step, after the tunables that were other than at the step before it; nothing for a line that is no observation. */
function pairUp(recorded: RecordedLine, answer: unknown): readonly ReplayedLine[] {
  if (recorded.exact === undefined) return [];
  const step = { kind: "step", observation: recorded as Observation, decision: answer as Decision } as const;
  const changed = Object.entries(recorded.exact.env?.tunables ?? {}).map(([name, value]) => [name, String(value)]);
  return changed.length === 0 ? [step] : [{ kind: "set", values: Object.fromEntries(changed) }, step];
}

/** What a step hands to the balloon, in KiB; null if it leaves the balloon alone. */
export function handedOverKib(observation: Observation, decision: Decision): number | null {
  if (decision.balloonTargetPages === null || decision.targetPages === observation.totalramPages) return null;
  return decision.balloonTargetPages * KIB_PER_PAGE;
}
