import { Arena, type ArenaOptions } from "./arena.ts";
import type { Outcome, Way } from "./outcome.ts";
import { stormScript } from "./script.ts";

export interface StormOptions extends ArenaOptions {
  readonly seed: number;
  /** At least so many loads for each guest. */
  readonly loads: number;
  /** Told of each load as it ends. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** All that was seen of a storm. */
export interface Storm {
  readonly outcomes: readonly Outcome[];
  /** How long each raise of the guarded guest took, from the daemon's first look to the balloon's answer, in ms. */
  readonly raisesMs: readonly number[];
  /** Processes that each guest's kernel killed since it booted, whoever they were. */
  readonly oomKills: Readonly<Record<Way, number>>;
  /** The RAM of each guest while its balloon is empty. */
  readonly wholeMib: number;
}

/** Play the same loads in a guest run by the law alone and in one run by the law and the guard. */
export async function playStorm(options: StormOptions): Promise<Storm> {
  const arena = await Arena.open(options);
  try {
    const outcomes: Outcome[] = [];
    for (const [nth, round] of stormScript(options.seed, options.loads).entries()) {
      const played = await arena.play(round, nth);
      for (const outcome of played) options.onOutcome?.(outcome);
      outcomes.push(...played);
    }
    const oomKills = { law: await arena.oomKills("law"), guard: await arena.oomKills("guard") };
    return { outcomes, raisesMs: arena.raisesMs, oomKills, wholeMib: arena.wholeMib };
  } finally {
    await arena.close();
  }
}
