import { closeSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { followDaemon } from "../api/client.ts";
import { loadConfig } from "../config/load.ts";
import { hasSystemCode, SelfballoonError } from "../core/errors.ts";
import type { Observation } from "../core/observation.ts";
import type { Snapshot } from "../core/snapshot.ts";
import { ExactLines, firstLines, type RecordLine } from "../formats/exact-lines.ts";
import { formatObservation } from "../formats/recording-writer.ts";
import { askSocket, socketOf } from "./daemon.ts";
import { type DaemonOptions, flagsOf } from "./flags.ts";
import type { CliPorts } from "./ports.ts";
import { openForAppending } from "./write-file.ts";

const CALL_DEADLINE_MS = 3000;

export interface RecordOptions extends DaemonOptions {
  /** End after so many observations. */
  readonly count?: number;
  /** Seconds between two readings where no daemon runs. */
  readonly interval: number;
}

/**
 * `selfballoon record FILE`: append observations as JSON lines. Where a daemon runs, what it remembers and
 * all that its decisions depend on, so that a replay makes them again; else what is read here, at `interval`. Ctrl-C ends it well.
 */
export async function record(ports: CliPorts, file: string, options: RecordOptions): Promise<void> {
  const out = file === "-" ? 1 : openForAppending(file);
  const { count = Number.POSITIVE_INFINITY } = options;
  let observations = 0;
  // Lines are written whole, so that a signal finds nothing half done.
  const quit = (): never => {
    process.stderr.write(`${endText(observations, file)}\n`);
    process.exit(0);
  };
  for (const signal of END_SIGNALS) process.on(signal, quit);
  try {
    for await (const line of linesOf(ports, options)) {
      writeSync(out, `${line.text}\n`);
      if (line.isObservation) observations += 1;
      if (observations >= count) return;
    }
  } finally {
    for (const signal of END_SIGNALS) process.off(signal, quit);
    closeSync(out);
  }
}

const END_SIGNALS = ["SIGINT", "SIGTERM"] as const;

function endText(observations: number, file: string): string {
  const many = `${observations} ${observations === 1 ? "observation" : "observations"}`;
  return `selfballoon: ${many} recorded ${file === "-" ? "on standard output" : `in ${file}`}.`;
}

async function* linesOf(ports: CliPorts, options: RecordOptions): AsyncGenerator<RecordLine> {
  try {
    yield* daemonLines(ports.version, options);
  } catch (thrown) {
    // One that is there and does not answer is no reason to read something else without a word.
    if (!(thrown instanceof SelfballoonError && thrown.code === "ERR_NO_DAEMON" && isAbsent(thrown.cause)))
      throw thrown;
    for await (const observation of readHere(ports, options)) yield observationLine(observation);
  }
}

/** What the daemon remembers now, and from then on everything that it decides and that changes what it remembers. */
async function* daemonLines(version: string, options: RecordOptions): AsyncGenerator<RecordLine> {
  const socket = await socketOf(options);
  const snapshot = (await askSocket(socket, "GET", "/v1/snapshot")) as Snapshot;
  for (const text of firstLines(snapshot, version)) yield { text, isObservation: false };
  const lines = new ExactLines(snapshot);
  for await (const record of followDaemon(socket, snapshot.seq)) yield* lines.of(record);
  yield* lines.rest();
}

function observationLine(observation: Observation): RecordLine {
  return { text: formatObservation(observation), isObservation: true };
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

function isAbsent(cause: unknown): boolean {
  return hasSystemCode(cause, "ENOENT", "ECONNREFUSED");
}
