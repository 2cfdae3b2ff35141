import type { SimulationScore, SimulationSeries, Simulator } from "../cli/ports.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { SIMULATED_POLICIES } from "../sim/policies/policies.ts";
import { type Run, runPolicy } from "../sim/runner.ts";
import { SCENARIOS, type Scenario, traceScenario } from "../sim/scenarios.ts";
import { parseTrace } from "../sim/trace.ts";
import { PAGE_BYTES } from "../sim/watermarks.ts";

/** The simulator, for the commands. */
export function createSimulator(scenarios: Readonly<Record<string, Scenario>> = SCENARIOS): Simulator {
  return {
    scenarios: Object.entries(scenarios).map(([name, { summary }]) => ({ name, summary })),
    policies: Object.entries(SIMULATED_POLICIES).map(([name, { summary, source }]) => ({ name, summary, source })),
    withTrace: (text) => createSimulator({ ...scenarios, trace: traceScenario(parseTrace(text)) }),
    run({ scenario, policy, seed, minutes, hostMb }) {
      const on = scenarios[scenario];
      const rule = SIMULATED_POLICIES[policy];
      if (on === undefined || rule === undefined) throw new Error(`there is no ${policy} on ${scenario}`);
      const run = runPolicy(on, rule, { seed, minutes, hostMb });
      return { score: scoreInMib(run), series: seriesInMib(run) };
    },
  };
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
