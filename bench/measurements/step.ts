import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Bench } from "tinybench";
import { INITIAL_GUEST_STATE, step } from "../../src/core/guest/step.ts";
import { DEFAULT_TUNABLES, type Tunables } from "../../src/core/tunables.ts";
import { type Figure, pending } from "../budgets.ts";
import { BUNDLES, ROOT } from "../support/paths.ts";
import { vectorObservations } from "../support/vectors.ts";

/** Rounds over all observations in one sample: long enough that it bears its share of garbage collection. */
const ROUNDS = 20;
const C_SAMPLES = 15;

const LAW: Tunables = { ...DEFAULT_TUNABLES, guard: 0 };
const observations = vectorObservations();

/** Steps over the golden vectors' observations, in C and here. The fastest sample of each: the others were disturbed. */
export async function measureStep(): Promise<readonly Figure[]> {
  const law = compileLaw();
  if (law === null) return [pending("there is no C compiler (cc) to build bench/law.c with")];
  const file = join(BUNDLES, "observations.txt");
  writeFileSync(file, observations.map(lineOf).join("\n"));
  const inC = Array.from({ length: C_SAMPLES }, () => runLaw(law, file));
  const ours = targetsOf(ROUNDS, LAW);
  if (ours !== inC[0]?.targets) throw new Error(`the targets differ: ${ours} here, ${inC[0]?.targets} in C`);

  const cNs = Math.min(...inC.map(({ ns }) => ns));
  const [lawNs, guardedNs] = await stepNs([LAW, DEFAULT_TUNABLES]);
  const note =
    `${lawNs.toFixed(1)} ns here, ${cNs.toFixed(1)} ns in C, same targets over ${observations.length} observations; ` +
    `with the guard ${guardedNs.toFixed(0)} ns`;
  return [{ value: lawNs / cNs, note }];
}

/** The sum of all targets over `rounds` rounds with one continuous state; law.c sums the same. */
function targetsOf(rounds: number, tunables: Tunables): number {
  let state = INITIAL_GUEST_STATE;
  let sum = 0;
  let nowMs = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const observation of observations) {
      nowMs += 5000;
      const stepped = step(state, observation, tunables, nowMs);
      state = stepped.state;
      sum += (stepped.decision.balloonTargetPages ?? 0) + (stepped.decision.frontswapTargetPages ?? -1);
    }
  }
  return sum;
}

async function stepNs([law, guarded]: readonly [Tunables, Tunables]): Promise<readonly [number, number]> {
  const bench = new Bench({ time: 1500, warmupTime: 500, throws: true });
  const sample = bench.add("law", () => targetsOf(ROUNDS, law)).add("guarded", () => targetsOf(ROUNDS, guarded));
  await sample.run();
  const ns = (name: string): number => {
    const result = bench.getTask(name)?.result;
    if (result === undefined || !("latency" in result)) throw new Error(`${name} was not measured`);
    return (result.latency.min * 1e6) / (ROUNDS * observations.length);
  };
  return [ns("law"), ns("guarded")];
}

function compileLaw(): string | null {
  const program = join(BUNDLES, "law");
  try {
    execFileSync("cc", ["-O2", "-o", program, join(ROOT, "bench/law.c")]);
    return program;
  } catch {
    return null;
  }
}

function runLaw(program: string, file: string): { readonly ns: number; readonly targets: number } {
  const [ns, targets] = execFileSync(program, [file, String(ROUNDS)], { encoding: "utf8" })
    .split(" ")
    .map(Number);
  return { ns: ns ?? Number.NaN, targets: targets ?? Number.NaN };
}

function lineOf(o: (typeof observations)[number]): string {
  const fields = [o.totalramPages, o.committedPages, o.totalreservePages, o.frontswapPages, o.maxPfn];
  return [...fields, o.balloonCurrentPages].join(" ");
}
