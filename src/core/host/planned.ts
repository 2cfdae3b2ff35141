import type { Decision } from "../decision.ts";
import type { Notice } from "../notices.ts";
import type { HostState } from "./state.ts";

/** What a guest's balloon may leave it, in bytes, and whether that is all that it may ever have. */
export interface Grant {
  readonly bytes: number;
  /** What it may have at the most. */
  readonly ofBytes: number;
  readonly isAll: boolean;
}

/** What came of an event. */
export interface Planned {
  readonly state: HostState;
  /** For `wants`: the decision within what the host has. */
  readonly decision: Decision | null;
  /** For `gives_all`: what it may have; null if nothing is known of the guest. */
  readonly grant: Grant | null;
  /** Guests that hold what another waits for: they are to step now, not when their interval is over. */
  readonly stepSoon: readonly string[];
  readonly notices: readonly Notice[];
}

export const NOBODY: readonly string[] = Object.freeze([]);
export const NO_NOTICES: readonly Notice[] = Object.freeze([]);

/** The state, and nothing to be done. */
export function only(state: HostState): Planned {
  return { state, decision: null, grant: null, stepSoon: NOBODY, notices: NO_NOTICES };
}
