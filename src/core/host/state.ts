import { EMPTY_LEDGER, type Ledger } from "./ledger.ts";
import { NO_SHORTAGE, type Shortage } from "./shortage.ts";

/** What a host remembers of its guests. Plain data. */
export interface HostState {
  readonly ledger: Ledger;
  readonly shortage: Shortage;
  /** When those who have more than they are entitled to were last asked to step before it is their turn; null: never. */
  readonly steppedSoonMs: number | null;
}

/** A host that has seen no guest. */
export const INITIAL_HOST_STATE: HostState = Object.freeze({
  ledger: EMPTY_LEDGER,
  shortage: NO_SHORTAGE,
  steppedSoonMs: null,
});

/** The state with another ledger. */
export function withLedger(state: HostState, ledger: Ledger): HostState {
  return ledger === state.ledger ? state : { ledger, shortage: state.shortage, steppedSoonMs: state.steppedSoonMs };
}
