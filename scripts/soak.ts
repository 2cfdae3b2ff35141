// Storms in real guests, longer than a test may last: `npm run soak -- [--bursts N] [--seed N] [--swap disk|zram|none]
// [--policy driver|adaptive]`, or `npm run soak -- build [--repetitions N]` for what the guard costs a build. `--json`
// prints all that was seen. The exit code is 1 if a guest with the guard had to kill a process.
import { parseArgs } from "node:util";
import { POLICY_NAMES } from "../src/core/policy.ts";
import { type BuildFigures, describeBuilds } from "../test/vm/qemu/storm/build-figures.ts";
import { playBuilds } from "../test/vm/qemu/storm/builds.ts";
import { describeFigures, describeOutcome, figuresOf, percentiles } from "../test/vm/qemu/storm/figures.ts";
import { playStorm, type Storm } from "../test/vm/qemu/storm/storm.ts";

/** The driver's own. */
const INTERVAL_S = 5;
const SWAPS = ["disk", "zram", "none"] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bursts: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    swap: { type: "string", default: "disk" },
    policy: { type: "string", default: "driver" },
    repetitions: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
  },
});

const startedMs = performance.now();

function progress(text: string): void {
  console.error(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(5)} s  ${text}`);
}

function usage(problem: string): never {
  console.error(
    `${problem}\nusage: npm run soak -- [build] [--bursts N] [--seed N] [--swap ${SWAPS.join("|")}] [--policy ${POLICY_NAMES.join("|")}] [--json]`,
  );
  process.exit(2);
}

function count(name: "bursts" | "seed" | "repetitions"): number {
  const value = Number(values[name]);
  return Number.isSafeInteger(value) && value > 0 ? value : usage(`--${name} takes a whole number from 1`);
}

async function soakStorms(): Promise<Storm> {
  const swap = SWAPS.find((name) => name === values.swap) ?? usage(`--swap takes one of ${SWAPS.join(", ")}`);
  const policy = POLICY_NAMES.find((name) => name === values.policy) ?? usage("--policy takes driver or adaptive");
  const options = { swap, policy, intervalS: INTERVAL_S, seed: count("seed"), loads: count("bursts") };
  progress(`storms with swap on ${swap}, policy ${policy}, seed ${options.seed}`);
  return playStorm({ ...options, onOutcome: (outcome) => progress(describeOutcome(outcome)) });
}

function describeStorm({ outcomes, raisesMs, oomKills, wholeMib }: Storm): string {
  const { count: raises, p50, p95, worst } = percentiles(raisesMs);
  return [
    describeFigures([figuresOf(outcomes, "law"), figuresOf(outcomes, "guard")], wholeMib),
    `The daemon's ${raises} raises of the guarded guest took it ${p50.toFixed(0)} / ${p95.toFixed(0)} / ${worst.toFixed(0)} ms.`,
    `Killed since boot: ${oomKills.law} under the law alone, ${oomKills.guard} under the guard.`,
  ].join("\n");
}

function print(result: Storm | BuildFigures, text: string): void {
  console.log(values.json ? JSON.stringify(result) : text);
}

if (positionals[0] === "build") {
  const builds = await playBuilds(count("repetitions"), progress);
  print(builds, describeBuilds(builds));
  process.exitCode = builds.oomKills > 0 ? 1 : 0;
} else if (positionals.length === 0) {
  const storm = await soakStorms();
  print(storm, describeStorm(storm));
  process.exitCode = storm.oomKills.guard > 0 ? 1 : 0;
} else usage(`there is no soak called ${positionals[0]}`);
