import { once } from "node:events";
import { createReadStream } from "node:fs";
import { parseSet } from "../config/load.ts";
import { hintFor } from "../config/nearest.ts";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { type GuestState, restartInertia, startState, step } from "../core/guest/step.ts";
import type { Observation } from "../core/observation.ts";
import type { Policy } from "../core/policy.ts";
import { refusedWrite } from "../core/refused-write.ts";
import { createSettings, resetSetting, type Settings, type SettingsChange, writeSetting } from "../core/settings.ts";
import { TUNABLES } from "../core/tunables.ts";
import { MAX_RECORDING_LINE_LENGTH, parseRecordingLine } from "../formats/recording.ts";
import { formatDecision, formatSetAnswer } from "../formats/recording-writer.ts";
import { readLines } from "./lines.ts";

/** The most guests that one recording may tell of. */
const MOST_GUESTS = 65_536;

/** Runs the law over a recording: a fresh state for each guest, a step at each observation, whatever its time. */
export class Replay {
  private settings: Settings = createSettings({ hasCompressedSwap: true });
  private readonly states = new Map<string, GuestState>();
  private readonly policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** Take one line and give the answer to it. @throws ERR_RECORDING_LINE. */
  answer(text: string, lineNumber: number): string {
    const line = parseRecordingLine(text, lineNumber);
    if (line.kind === "set") return formatSetAnswer(this.write(line.set));
    if (line.kind === "reset") return formatSetAnswer(this.reset(line.reset));
    return this.step(line.observation, lineNumber);
  }

  /** Write tunables one by one, as a privileged writer; an unknown name is as invalid as a bad value. */
  write(values: Readonly<Record<string, string>>): Record<string, "ok" | "EINVAL" | "EPERM"> {
    const answers = Object.entries(values).map(([name, text]) => {
      return [name, this.carryOut(writeSetting(this.settings, name, text, true))] as const;
    });
    return Object.fromEntries(answers);
  }

  /** Bring tunables back to their defaults: the only way back to a 0 that a write may not set. */
  reset(names: readonly string[]): Record<string, "ok" | "EINVAL" | "EPERM"> {
    const answers = names.map((name) => [name, this.carryOut(resetSetting(this.settings, name, true))] as const);
    return Object.fromEntries(answers);
  }

  private carryOut(change: SettingsChange): "ok" | "EINVAL" | "EPERM" {
    if (!change.ok) return change.refusal === "EPERM" ? "EPERM" : "EINVAL";
    this.settings = change.settings;
    if (change.name === "frontswap_inertia") this.restartInertia();
    return "ok";
  }

  /** Write a tunable that the command line names. @throws ERR_TUNABLE_UNKNOWN, ERR_TUNABLE_INVALID. */
  set(assignment: string): void {
    const { name, text } = parseSet(assignment);
    const change = writeSetting(this.settings, name, text, true);
    const hint = hintFor(
      name,
      TUNABLES.map((row) => row.name),
    );
    if (!change.ok) throw refusedWrite(this.settings, name, text, change.refusal, hint);
    this.settings = change.settings;
  }

  private step(observation: Observation, line: number): string {
    const { guest } = observation;
    if (!this.states.has(guest) && this.states.size >= MOST_GUESTS) {
      throw selfballoonError("ERR_RECORDING_LINE", { line, problem: `it tells of more than ${MOST_GUESTS} guests` });
    }
    const { state, decision } = step(
      this.states.get(guest) ?? startState(this.policy),
      observation,
      this.settings.values,
      observation.t * 1000,
    );
    this.states.set(guest, state);
    return formatDecision(decision);
  }

  private restartInertia(): void {
    for (const [guest, state] of this.states) this.states.set(guest, restartInertia(state, this.settings.values));
  }
}

export interface ReplayOptions {
  readonly set: readonly string[];
  readonly policy: Policy;
}

/** `selfballoon replay FILE|-`: a line in, a line out, flushed. */
export async function replay(file: string, options: ReplayOptions): Promise<void> {
  const run = new Replay(options.policy);
  for (const assignment of options.set) run.set(assignment);
  const stream = file === "-" ? process.stdin : createReadStream(file);
  stream.setEncoding("utf8");
  try {
    for await (const { text, number } of readLines(stream as AsyncIterable<string>, MAX_RECORDING_LINE_LENGTH)) {
      if (!process.stdout.write(`${run.answer(text, number)}\n`)) await once(process.stdout, "drain");
    }
  } catch (thrown) {
    if (!(thrown instanceof Error && "syscall" in thrown)) throw thrown;
    throw selfballoonError("ERR_USAGE", { problem: `the recording could not be read: ${problemOf(thrown)}` });
  }
}
