import type { GuestSpec } from "./host.ts";
import { balloonSetting, type Policy } from "./policies/policy.ts";
import { staticPolicy } from "./policies/static.ts";
import { type RunOptions, runPolicy } from "./runner.ts";
import type { Scenario } from "./scenarios.ts";

/** The oracle moves so often, and looks as far ahead as until its next move and as long again for the balloon. */
const STEP_MS = 100;
const AHEAD_MS = 2 * STEP_MS;

/** What it leaves beside that, as shares of the guest: the kernel can't tell hot memory from cold without some room. */
const ROOM_SHARES = [0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32];

/**
 * The least that guests must hold over time, in GiB times minutes: whoever knows what programs are about to want gives each
 * guest just that, the kernel's reserve, and the least room at which it is short no longer than where no balloon moves. It
 * pushes nothing to swap on purpose.
 */
export function minGibMinutes(scenario: Scenario, options: RunOptions): number {
  return scenario.guests(options.seed).reduce((sum, spec) => sum + minOf(alone(scenario, spec), options), 0);
}

function alone(scenario: Scenario, spec: GuestSpec): Scenario {
  return { ...scenario, isShared: false, guests: () => [spec] };
}

function minOf(scenario: Scenario, options: RunOptions): number {
  const { heldGibMinutes, shortageSeconds } = runPolicy(scenario, staticPolicy, options).score;
  for (const share of ROOM_SHARES) {
    const { score } = runPolicy(scenario, oracle(share), options);
    if (score.shortageSeconds <= shortageSeconds) return Math.min(heldGibMinutes, score.heldGibMinutes);
  }
  return heldGibMinutes;
}

function oracle(roomShare: number): Policy {
  return {
    summary: "Knows what programs are about to want, and gives just that.",
    source: "",
    intervalMs: STEP_MS,
    watches: false,
    start: (foresight) => ({
      step: ({ guests }) =>
        guests.map(({ guest, totalreservePages, balloonMaxPages }) => {
          if (totalreservePages === null || balloonMaxPages === null) return balloonSetting(balloonMaxPages);
          const pages = foresight(guest, AHEAD_MS) + totalreservePages + Math.ceil(balloonMaxPages * roomShare);
          return balloonSetting(Math.min(balloonMaxPages, pages));
        }),
      watch: () => [],
    }),
  };
}
