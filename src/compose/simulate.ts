import type { SimulationJob, SimulationScore, SimulationSeries, Simulator } from "../cli/ports.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { CPU_SPEEDS, type CpuSpeed } from "../sim/costs.ts";
import { minGibMinutes } from "../sim/oracle.ts";
import { SIMULATED_POLICIES } from "../sim/policies/policies.ts";
import { type Run, type RunOptions, runPolicy } from "../sim/runner.ts";
import { SCENARIOS, type Scenario, traceScenario } from "../sim/scenarios.ts";
import { parseTrace } from "../sim/trace.ts";
import { PAGE_BYTES } from "../sim/watermarks.ts";

/** The simulator, for the commands. */
export function createSimulator(scenarios: Readonly<Record<string, Scenario>> = SCENARIOS): Simulator {
  return {
    scenarios: Object.entries(scenarios).map(([name, { summary }]) => ({ name, summary })),
    policies: Object.entries(SIMULATED_POLICIES).map(([name, { summary, source }]) => ({ name, summary, source })),
    cpus: Object.keys(CPU_SPEEDS),
    withTrace: (text, { memoryMb, hotPercent }) => {
      const trace = traceScenario(parseTrace(text), { memoryMib: memoryMb, hotShare: hotPercent / 100 });
      return createSimulator({ ...scenarios, trace });
    },
    run(job) {
      const rule = SIMULATED_POLICIES[job.policy];
      if (rule === undefined) throw new Error(`there is no ${job.policy}`);
      const run = runPolicy(scenarioOf(job), rule, optionsOf(job));
      return { score: scoreInMib(run), series: seriesInMib(run) };
    },
    minGibMinutes: (job) => minGibMinutes(scenarioOf(job), optionsOf(job)),
  };

  function scenarioOf({ scenario }: Pick<SimulationJob, "scenario">): Scenario {
    const found = scenarios[scenario];
    if (found === undefined) throw new Error(`there is no ${scenario}`);
    return found;
  }
}

function optionsOf({ seed, minutes, hostMb, cpu, hasSwap }: Omit<SimulationJob, "policy">): RunOptions {
  const options = { seed, minutes, hostMb, hasSwap };
  return isCpuSpeed(cpu) ? { ...options, cpu } : options;
}

function isCpuSpeed(cpu: string | null): cpu is CpuSpeed {
  return cpu !== null && Object.hasOwn(CPU_SPEEDS, cpu);
}

function scoreInMib({ score }: Run): SimulationScore {
  return {
    guestSeconds: score.seconds,
    heldGibMinutes: score.heldGibMinutes,
    shortageSeconds: score.shortageSeconds,
    worstShortageMib: mib(score.worstShortagePages),
    stalledSeconds: score.stalledSeconds,
    oomKills: score.oomKills,
    refaultPages: score.refaultPages,
    swappedPages: score.swappedPages,
    moves: score.moves,
  };
}

function seriesInMib({ series }: Run): SimulationSeries {
  return {
    seconds: series.seconds,
    heldMib: series.heldPages.map(mib),
    wantedMib: series.wantedPages.map(mib),
  };
}

function mib(pages: number): number {
  return (pages * PAGE_BYTES) / BYTES_PER_MIB;
}
