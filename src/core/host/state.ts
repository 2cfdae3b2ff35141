import { EMPTY_LEDGER, type Ledger } from "./ledger.ts";
import { NO_PRESSURE, type Pressure } from "./pressure.ts";
import { NOTHING_RESERVED, type Reservations } from "./reservation.ts";
import { NO_SHORTAGE, type Shortage } from "./shortage.ts";

/** What a host remembers of its guests. Plain data. */
export interface HostState {
  readonly ledger: Ledger;
  readonly shortage: Shortage;
  readonly reservations: Reservations;
  /** When those who have more than they are entitled to were last asked to step before it is their turn; null: never. */
  readonly steppedSoonMs: number | null;
  /** How much the host itself needs its memory. */
  readonly pressure: Pressure;
}

/** A host that has seen no guest. */
export const INITIAL_HOST_STATE: HostState = Object.freeze({
  ledger: EMPTY_LEDGER,
  shortage: NO_SHORTAGE,
  reservations: NOTHING_RESERVED,
  steppedSoonMs: null,
  pressure: NO_PRESSURE,
});

/** The state with other reservations. */
export function withReservations(state: HostState, reservations: Reservations): HostState {
  return reservations === state.reservations ? state : { ...state, reservations };
}

/** Those who hold too much, or whose host needs it, are asked to step early at most so often. */
const STEP_SOON_MS = 1000;

/** Whether guests may be asked again to step before it is their turn. */
export function mayStepSoon({ steppedSoonMs }: HostState, nowMs: number): boolean {
  return steppedSoonMs === null || nowMs - steppedSoonMs >= STEP_SOON_MS;
}

/** The state with another ledger. */
export function withLedger(state: HostState, ledger: Ledger): HostState {
  if (ledger === state.ledger) return state;
  const { shortage, reservations, steppedSoonMs, pressure } = state;
  return { ledger, shortage, reservations, steppedSoonMs, pressure };
}
