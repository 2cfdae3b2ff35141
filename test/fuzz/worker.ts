// Fuzzes one target in a thread of its own, until its time is up, and tells what it found. What it is at stands in memory
// that it shares with whoever started it, because an input that never ends can't be told by this thread.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import { COUNTERS_NAME } from "./counters.ts";
import { type Finding, Fuzzer } from "./fuzzer.ts";
import { randomFrom } from "./mutate.ts";
import { TARGETS } from "./targets.ts";

/** What the thread is to do. */
export interface Job {
  readonly target: string;
  readonly seed: number;
  readonly forMs: number;
  readonly corpus: readonly Uint8Array[];
  /** The number of the input that is tried, its length, and then the input itself. */
  readonly shared: SharedArrayBuffer;
}

/** What came of it. */
export interface Outcome {
  readonly tried: number;
  readonly slowestMs: number;
  readonly branches: number;
  /** How much memory was held more at the end than in the middle, in MiB. */
  readonly grewMib: number;
  readonly findings: readonly Finding[];
  /** Inputs that together take all branches that were taken. */
  readonly corpus: readonly Uint8Array[];
}

export const SHARED_HEAD_BYTES = 8;

/** How often the clock is looked at. */
const BATCH = 64;
const MIB = 1_048_576;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void; // the flag makes it

function heldMib(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MIB;
}

async function work({ target: name, seed, forMs, corpus, shared }: Job): Promise<Outcome> {
  const target = TARGETS.find((each) => each.name === name);
  if (target === undefined) throw new Error(`there is no target ${name}`);
  const branches = (globalThis as unknown as Record<string, Uint8Array>)[COUNTERS_NAME]; // set by the bundle's first line
  if (branches === undefined) throw new Error("this code does not count its branches");
  const fuzzer = new Fuzzer(target, branches, randomFrom(seed));
  const head = new Int32Array(shared, 0, 2);
  const bytes = new Uint8Array(shared, SHARED_HEAD_BYTES);
  const tryOne = async (input: Buffer): Promise<void> => {
    bytes.set(input.subarray(0, bytes.length));
    head[1] = input.length;
    Atomics.add(head, 0, 1);
    await fuzzer.try(input);
  };
  for (const input of [Buffer.alloc(0), ...target.seeds, ...corpus]) await tryOne(Buffer.from(input));
  const beganMs = performance.now();
  let middleMib: number | null = null;
  for (let passedMs = 0; passedMs < forMs; passedMs = performance.now() - beganMs) {
    if (middleMib === null && passedMs > forMs / 2) middleMib = heldMib();
    for (let nth = 0; nth < BATCH; nth += 1) await tryOne(fuzzer.next());
  }
  const grewMib = middleMib === null ? 0 : heldMib() - middleMib;
  const { tried, slowestMs, branchesTaken, findings } = fuzzer;
  return { tried, slowestMs, branches: branchesTaken, grewMib, findings, corpus: await fuzzer.smallest() };
}

parentPort?.postMessage(await work(workerData as Job)); // ours, from scripts/fuzz.ts
