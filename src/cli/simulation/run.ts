import { hintFor } from "../../config/nearest.ts";
import { selfballoonError } from "../../core/errors.ts";
import type { Described, SimulationScore, SimulationSeries, Simulator } from "../ports.ts";

/** What all jobs of a command have in common. */
export interface Terms {
  readonly seed: number;
  readonly minutes: number;
  /** Memory that the host has for its guests, which share it then, in MiB; null: as the scenario says. */
  readonly hostMb: number | null;
  /** How fast processors are; null: as the scenario says. */
  readonly cpu: string | null;
  /** Whether guests have the swap that the scenario gives them. */
  readonly hasSwap: boolean;
}

/** The same as a command's options. */
export interface TermOptions extends Pick<Terms, "seed" | "minutes"> {
  readonly hostMb?: number;
  readonly cpu?: string;
  /** False with `--no-swap`. */
  readonly swap: boolean;
}

export function termsOf({ seed, minutes, hostMb, cpu, swap }: TermOptions): Terms {
  return { seed, minutes, hostMb: hostMb ?? null, cpu: cpu ?? null, hasSwap: swap };
}

/** A policy on a scenario, and what came of it. */
export interface Result {
  readonly policy: string;
  readonly score: SimulationScore;
  /** Memory saved against the policy that moves nothing, in percent of what that one held. */
  readonly savedPercent: number;
  /** That as a part of what could be saved at the most without shortage, in percent; null where that is nothing, or not known. */
  readonly ofMaxPercent: number | null;
  readonly series: SimulationSeries;
}

/** All results on one scenario, in the order of the policies. */
export interface ScenarioResults {
  readonly scenario: Described;
  readonly results: readonly Result[];
  /** What was held where no balloon moved. */
  readonly maxGibMinutes: number;
  /** What must be held at the least to make nobody short; null where that was not asked for. */
  readonly minGibMinutes: number | null;
}

/** What savings are measured against. */
const BASELINE = "static";

/** Told before each run; `done` of `total` are behind it. */
export type OnProgress = (what: string, done: number, total: number) => void;

/**
 * Run each of `policies` on each of `scenarios`. The baseline runs too, whether it was asked for or not; what could be saved at
 * the most is looked for where `withLeast` says so.
 */
export function runAll(
  simulator: Simulator,
  scenarios: readonly Described[],
  policies: readonly Described[],
  terms: Terms,
  onProgress: OnProgress,
  withLeast: boolean,
): readonly ScenarioResults[] {
  const names = [...new Set([BASELINE, ...policies.map(({ name }) => name)])];
  return scenarios.map((scenario, nth) => {
    const runs = new Map(
      names.map((policy, count) => {
        onProgress(`${scenario.name}, ${policy}`, nth * names.length + count, scenarios.length * names.length);
        return [policy, simulator.run({ scenario: scenario.name, policy, ...terms })] as const;
      }),
    );
    const maxGibMinutes = runs.get(BASELINE)?.score.heldGibMinutes ?? 0;
    const minGibMinutes = withLeast ? simulator.minGibMinutes({ scenario: scenario.name, ...terms }) : null;
    const results = policies.flatMap(({ name }) => {
      const run = runs.get(name);
      return run === undefined ? [] : [{ policy: name, ...run, ...savedOf(run.score, maxGibMinutes, minGibMinutes) }];
    });
    return { scenario, results, maxGibMinutes, minGibMinutes };
  });
}

function savedOf(
  { heldGibMinutes }: SimulationScore,
  maxGibMinutes: number,
  minGibMinutes: number | null,
): Pick<Result, "savedPercent" | "ofMaxPercent"> {
  const saved = maxGibMinutes - heldGibMinutes;
  const most = minGibMinutes === null ? 0 : maxGibMinutes - minGibMinutes;
  return {
    savedPercent: maxGibMinutes === 0 ? 0 : (100 * saved) / maxGibMinutes,
    ofMaxPercent: most > 0 ? (100 * saved) / most : null,
  };
}

/** By how much programs were slowed down: the part of their time in which they waited for memory, in percent. */
export function slowDownPercent({ stalledSeconds, guestSeconds }: SimulationScore): number {
  return guestSeconds === 0 ? 0 : (100 * stalledSeconds) / guestSeconds;
}

/** Whether a policy did harm: something was killed, or programs were short of memory for more than 1 % of the time. */
export function doesHarm({ oomKills, shortageSeconds, guestSeconds }: SimulationScore): boolean {
  return oomKills > 0 || shortageSeconds > guestSeconds / 100;
}

/** The scores of several scenarios as one: sums, of the worst shortage the largest, and the saving of the sums. */
export function addResults(all: readonly ScenarioResults[]): readonly Result[] {
  const policies = all[0]?.results.map(({ policy }) => policy) ?? [];
  const maxGibMinutes = all.reduce((total, scenario) => total + scenario.maxGibMinutes, 0);
  const minGibMinutes = all.reduce<number | null>(
    (total, { minGibMinutes: least }) => (total === null || least === null ? null : total + least),
    0,
  );
  return policies.map((policy) => {
    const own = all.flatMap(({ results }) => results.filter((result) => result.policy === policy));
    const sum = (name: keyof SimulationScore): number => own.reduce((total, { score }) => total + score[name], 0);
    const score: SimulationScore = {
      guestSeconds: sum("guestSeconds"),
      heldGibMinutes: sum("heldGibMinutes"),
      shortageSeconds: sum("shortageSeconds"),
      worstShortageMib: Math.max(0, ...own.map(({ score: { worstShortageMib } }) => worstShortageMib)),
      stalledSeconds: sum("stalledSeconds"),
      oomKills: sum("oomKills"),
      refaultPages: sum("refaultPages"),
      swappedPages: sum("swappedPages"),
      moves: sum("moves"),
    };
    return { policy, score, ...savedOf(score, maxGibMinutes, minGibMinutes), series: NO_SERIES };
  });
}

const NO_SERIES: SimulationSeries = { seconds: [], heldMib: [], wantedMib: [] };

/** The ones of `known` that `names` name. @throws ERR_USAGE with what was probably meant. */
export function choose<Row extends Described>(
  what: string,
  names: readonly string[],
  known: readonly Row[],
): readonly Row[] {
  const all = known.map(({ name }) => name);
  return [...new Set(names)].map((name) => {
    const found = known.find((row) => row.name === name);
    if (found !== undefined) return found;
    const problem = `there is no ${what} ${name}${hintFor(name, all)}; there are ${all.join(", ")}`;
    throw selfballoonError("ERR_USAGE", { problem });
  });
}
