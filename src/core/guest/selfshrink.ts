import type { Tunables } from "../tunables.ts";

/** What self-shrinking remembers between steps. */
export interface ShrinkState {
  /** Pages in compressed swap at the last step. */
  readonly lastFrontswapPages: number;
  /** Quiet steps still to wait; at 0 it shrinks at every step. Null: `frontswap_inertia` of them from the next step on. */
  readonly inertiaSteps: number | null;
}

/** Before the first step. */
export const INITIAL_SHRINK_STATE: ShrinkState = Object.freeze({ lastFrontswapPages: 0, inertiaSteps: 0 });

/**
 * One step of frontswap self-shrinking (specification, section 4). `targetPages` is what may stay in compressed swap,
 * null while it waits. Growth starts the wait again; once the wait is over it shrinks at every step until swap grows.
 */
export function shrinkStep(
  state: ShrinkState,
  frontswapPages: number,
  tunables: Pick<Tunables, "frontswap_hysteresis" | "frontswap_inertia">,
): { readonly state: ShrinkState; readonly targetPages: number | null } {
  if (frontswapPages === 0 || frontswapPages > state.lastFrontswapPages) {
    return {
      state: { lastFrontswapPages: frontswapPages, inertiaSteps: tunables.frontswap_inertia },
      targetPages: null,
    };
  }
  const inertiaSteps = Math.max(0, (state.inertiaSteps ?? tunables.frontswap_inertia) - 1);
  if (inertiaSteps > 0) return { state: { lastFrontswapPages: frontswapPages, inertiaSteps }, targetPages: null };
  const { frontswap_hysteresis: divisor } = tunables;
  const targetPages = frontswapPages <= divisor ? 0 : frontswapPages - Math.floor(frontswapPages / divisor);
  return { state: { lastFrontswapPages: frontswapPages, inertiaSteps }, targetPages };
}
