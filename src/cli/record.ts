import { closeSync, openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { followDaemon } from "../api/client.ts";
import { loadConfig } from "../config/load.ts";
import type { JournalRecord, TunableStatus } from "../core/control.ts";
import { problemOf, SelfballoonError, selfballoonError } from "../core/errors.ts";
import type { Observation } from "../core/observation.ts";
import { findTunable } from "../core/tunables.ts";
import { formatObservation, formatSet } from "../formats/recording-writer.ts";
import { askTunables, type DaemonOptions, flagsOf, socketOf } from "./daemon.ts";
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
    if (!(thrown instanceof SelfballoonError && thrown.code === "ERR_NO_DAEMON")) throw thrown;
    for await (const observation of readHere(ports, options)) yield observationLine(observation);
  }
}

async function* daemonLines(options: RecordOptions): AsyncGenerator<RecordLine> {
  const tunables = await askTunables(options);
  yield { text: formatSet(writableValues(tunables)), isObservation: false };
  for await (const event of followDaemon(await socketOf(options))) yield* eventLines(event);
}

function eventLines(event: JournalRecord): readonly RecordLine[] {
  if (event.kind === "step") return [observationLine(event.observation)];
  if (event.kind !== "tunables") return [];
  const values = Object.entries(event.values).map(([name, value]) => [name, String(value)]);
  return [{ text: formatSet(Object.fromEntries(values)), isObservation: false }];
}

function observationLine(observation: Observation): RecordLine {
  return { text: formatObservation(observation), isObservation: true };
}

/** The values that differ from what a replay starts with and that a write can set; a 0 that only reset can give is its start. */
function writableValues(tunables: readonly TunableStatus[]): Record<string, string> {
  const differing = tunables.filter(({ name, value }) => {
    const row = findTunable(name);
    return row !== null && value !== row.default && value >= row.min;
  });
  return Object.fromEntries(differing.map(({ name, value }) => [name, String(value)]));
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
