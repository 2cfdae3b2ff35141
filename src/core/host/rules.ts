import type { GuestTerms } from "../limits.ts";
import type { HostBudget } from "./budget.ts";

/** What the operator says of a host and its guests. */
export interface HostRules {
  readonly budget: HostBudget;
  readonly terms: (guest: string) => GuestTerms;
}
