// Coverage-guided fuzzing of all that takes what files, guests and peers say:
// `npm run fuzz -- [--minutes N] [--target NAME]... [--seed N] [--keep]`. The time is shared by the targets. `--keep` writes
// the inputs that together take all branches to test/fuzz/corpus. What goes wrong is left in .cache/fuzz, and the exit code is
// 1: something is thrown that may not be, an input takes 50 ms, or memory grows by 32 MiB.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { readCorpus, writeCorpus } from "../test/fuzz/corpus.ts";
import { COUNTERS, COUNTERS_NAME } from "../test/fuzz/counters.ts";
import { type Finding, nameOf } from "../test/fuzz/fuzzer.ts";
import { counting } from "../test/fuzz/instrument.ts";
import type { Target } from "../test/fuzz/target.ts";
import { TARGETS } from "../test/fuzz/targets.ts";
import { type Job, type Outcome, SHARED_HEAD_BYTES } from "../test/fuzz/worker.ts";

const FOLDER = fileURLToPath(new URL("../.cache/fuzz/", import.meta.url));
const WORKER = `${FOLDER}worker.mjs`;
/** An input that takes so long never ends; nor does a thread begin later. */
const HANG_MS = 30_000;
const MAX_GROWTH_MIB = 32;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "3" },
    target: { type: "string", multiple: true, default: [] },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    keep: { type: "boolean", default: false },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
const targets = TARGETS.filter(({ name }) => values.target.length === 0 || values.target.includes(name));
if (!(minutes > 0) || !Number.isInteger(seed) || targets.length === 0) {
  console.error(
    `targets are ${TARGETS.map(({ name }) => name).join(", ")}; --minutes is above 0, --seed a whole number`,
  );
  process.exit(2);
}

mkdirSync(FOLDER, { recursive: true });
await build({
  entryPoints: [fileURLToPath(new URL("../test/fuzz/worker.ts", import.meta.url))],
  ...{ bundle: true, platform: "node", format: "esm", outfile: WORKER, plugins: [counting()], logLevel: "warning" },
  banner: {
    js:
      `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` +
      `const ${COUNTERS_NAME} = (globalThis.${COUNTERS_NAME} = new Uint8Array(${COUNTERS}));`,
  },
});

console.log(`seed ${seed}, ${minutes} min for ${targets.length} targets`);
console.log("target               inputs    a second  branches  kept  slowest ms  grew MiB");
const sum = { tried: 0, findings: 0 };
for (const target of targets) {
  const outcome = await fuzz(target, (minutes * 60_000) / targets.length);
  sum.findings += outcome.findings.length;
  for (const finding of outcome.findings) tell(finding);
  if (!("tried" in outcome)) continue;
  sum.tried += outcome.tried;
  if (values.keep) writeCorpus(target.name, outcome.corpus.map(Buffer.from));
}
console.log(`${sum.tried} inputs, ${sum.findings} findings`);
process.exit(sum.findings > 0 ? 1 : 0);

type Found = Outcome | Pick<Outcome, "findings">;

async function fuzz({ name, maxBytes }: Target, forMs: number): Promise<Found> {
  const shared = new SharedArrayBuffer(SHARED_HEAD_BYTES + Math.max(maxBytes, 65_536));
  const job: Job = { target: name, seed, forMs, corpus: readCorpus(name), shared };
  const outcome = await outcomeOf(job);
  if (!("tried" in outcome)) return outcome;
  const { tried, branches, corpus, slowestMs, grewMib, findings } = outcome;
  const figures = [tried, (tried / forMs) * 1000, branches, corpus.length, slowestMs, grewMib].map(Math.round);
  console.log(name.padEnd(16) + figures.map((figure) => String(figure).padStart(11)).join(""));
  if (grewMib <= MAX_GROWTH_MIB) return outcome;
  const problem = `memory grew by ${grewMib.toFixed(0)} MiB`;
  return { ...outcome, findings: [...findings, { target: name, problem, input: Buffer.alloc(0) }] };
}

function outcomeOf(job: Job): Promise<Found> {
  const worker = new Worker(WORKER, { workerData: job });
  return new Promise((resolve) => {
    const found = (problem: string): void => {
      clearInterval(timer);
      const length = new Int32Array(job.shared)[1] ?? 0;
      const input = Buffer.from(new Uint8Array(job.shared, SHARED_HEAD_BYTES, length));
      void worker.terminate().then(() => resolve({ findings: [{ target: job.target, problem, input }] }));
    };
    let lastInput = -1;
    const timer = setInterval(() => {
      const [nth = 0] = new Int32Array(job.shared);
      if (nth === lastInput) found(`takes more than ${HANG_MS / 1000} s`);
      lastInput = nth;
    }, HANG_MS);
    worker.on("error", (error) => found(`ends the thread: ${String(error).slice(0, 300)}`));
    worker.on("message", (outcome: Outcome) => {
      clearInterval(timer);
      resolve(outcome);
    });
  });
}

function tell({ target, problem, input }: Finding): void {
  const file = `${FOLDER}${target}-${nameOf(Buffer.from(input))}`;
  writeFileSync(file, input);
  console.error(
    `${target}: ${problem}\n  ${file}, ${input.length} bytes: ${JSON.stringify(Buffer.from(input).toString("latin1").slice(0, 200))}`,
  );
}
