import type { GuestTerms } from "../limits.ts";
import type { QuietHours } from "../quiet-hours.ts";
import type { HostBudget } from "./budget.ts";
import type { BudgetTerms } from "./budget-terms.ts";
import type { Take } from "./pressure.ts";

/** What the operator says of a host and its guests. */
export interface HostRules {
  readonly budget: HostBudget;
  /** The most that the guests' maxima together should be, as a multiple of the budget; absent: whatever they are. */
  readonly overcommit?: number;
  /** What the budget follows from on a host that is looked at; absent: it stays. */
  readonly budgetTerms?: BudgetTerms;
  /** When the host takes memory from its guests; absent: always. */
  readonly take?: Take;
  readonly terms: (guest: string) => GuestTerms;
  /** When a guest is left alone; absent: never. */
  readonly quietHours?: (guest: string) => readonly QuietHours[];
}
