import type { GuestStatus } from "../core/control.ts";
import type { Figures } from "../core/figures.ts";

/** A guest as a table shows it. */
export interface GuestRow extends GuestStatus {
  readonly figures: Figures | null;
  /** Time in which some task waited for memory since the step before, in percent. */
  readonly psiPercent: number | null;
}
