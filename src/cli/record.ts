import { closeSync, openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { followDaemon } from "../api/client.ts";
import { loadConfig } from "../config/load.ts";
import { problemOf, SelfballoonError, selfballoonError } from "../core/errors.ts";
import type { Observation } from "../core/observation.ts";
import { DEFAULT_TUNABLES, findTunable, TUNABLES, type Tunables } from "../core/tunables.ts";
import { formatObservation, formatReset, formatSet } from "../formats/recording-writer.ts";
import { type DaemonOptions, flagsOf, socketOf } from "./daemon.ts";
import type { CliPorts } from "./ports.ts";

const CALL_DEADLINE_MS = 3000;

export interface RecordOptions extends DaemonOptions {
  /** End after so many observations. */
  readonly count?: number;
  /** Seconds between two readings where no daemon runs. */
  readonly interval: number;
}

/**
 * `selfballoon record FILE`: append observations as JSON lines. Where a daemon runs, what it observed, with the tunables
 * it decided by, so that a replay gives its decisions again; else what is read here, at `interval`.
 */
export async function record(ports: CliPorts, file: string, options: RecordOptions): Promise<void> {
  const out = openForAppending(file);
  try {
    let left = options.count ?? Number.POSITIVE_INFINITY;
    for await (const line of linesOf(ports, options)) {
      writeSync(out, `${line.text}\n`);
      if (line.isObservation) left -= 1;
      if (left <= 0) return;
    }
  } finally {
    closeSync(out);
  }
}

interface RecordLine {
  readonly text: string;
  readonly isObservation: boolean;
}

async function* linesOf(ports: CliPorts, options: RecordOptions): AsyncGenerator<RecordLine> {
  try {
    yield* daemonLines(options);
  } catch (thrown) {
    // One that is there and does not answer is no reason to read something else without a word.
    if (!(thrown instanceof SelfballoonError && thrown.code === "ERR_NO_DAEMON" && isAbsent(thrown.cause)))
      throw thrown;
    for await (const observation of readHere(ports, options)) yield observationLine(observation);
  }
}

async function* daemonLines(options: RecordOptions): AsyncGenerator<RecordLine> {
  let written = DEFAULT_TUNABLES;
  for await (const event of followDaemon(await socketOf(options))) {
    // A write counts even if it changes no value: writing frontswap_inertia starts its count anew.
    if (event.kind === "tunables") {
      yield* settingLines(event.values);
      written = { ...written, ...event.values };
    }
    if (event.kind !== "step") continue;
    const differing = differingValues(written, event.tunables);
    yield* settingLines(differing);
    written = event.tunables;
    yield observationLine(event.observation);
  }
}

/** Lines that give a replay these values: a 0 that no write may set is the default, and so comes by a reset. */
function settingLines(values: Partial<Tunables>): readonly RecordLine[] {
  const entries = Object.entries(values);
  const reset = entries.filter(([name, value]) => value < (findTunable(name)?.min ?? 0)).map(([name]) => name);
  const set = entries.filter(([name]) => !reset.includes(name)).map(([name, value]) => [name, String(value)]);
  const texts = [
    ...(set.length > 0 ? [formatSet(Object.fromEntries(set))] : []),
    ...(reset.length > 0 ? [formatReset(reset)] : []),
  ];
  return texts.map((text) => ({ text, isObservation: false }));
}

function observationLine(observation: Observation): RecordLine {
  return { text: formatObservation(observation), isObservation: true };
}

/** Guests may have tunables of their own, and a recording's are for all: those that differ are written before a step. */
function differingValues(before: Tunables, after: Tunables): Partial<Tunables> {
  const differing = TUNABLES.filter(({ name }) => before[name] !== after[name]);
  return Object.fromEntries(differing.map(({ name }) => [name, after[name]]));
}

async function* readHere(ports: CliPorts, options: RecordOptions): AsyncGenerator<Observation> {
  const config = await loadConfig(flagsOf(options), process.env, "nothing was recorded");
  const backend = await ports.openBackend(config, options.root ?? "");
  for (;;) {
    const signal = AbortSignal.timeout(CALL_DEADLINE_MS);
    for (const guest of await backend.guests(signal)) yield (await backend.observe(guest, signal)).observation;
    await sleep(options.interval * 1000);
  }
}

function openForAppending(file: string): number {
  if (file === "-") return 1;
  try {
    return openSync(file, "a", 0o640);
  } catch (thrown) {
    throw selfballoonError("ERR_USAGE", {
      problem: `${file} must be a file that can be appended to: ${problemOf(thrown)}`,
    });
  }
}

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ECONNREFUSED");
}
