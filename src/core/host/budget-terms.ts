import type { HostBudget } from "./budget.ts";
import type { HostSight } from "./host-reading.ts";
import { allAccounts, type Ledger } from "./ledger.ts";
import { linesOf } from "./need.ts";

/** What the operator says of a host's budget: a size, a share of the host (0 to 1), or whatever is available there. */
export type MemoryTerm =
  | { readonly kind: "bytes"; readonly bytes: number }
  | { readonly kind: "share"; readonly share: number }
  | { readonly kind: "available" };

export interface BudgetTerms {
  readonly memory: MemoryTerm;
  /** What of it is kept for emergencies, in bytes; null: the default share of it. */
  readonly reserveBytes: number | null;
}

/** The part of the guests' memory that is kept for emergencies where the operator says nothing. */
const RESERVE_SHARE = 1 / 16;

/** What is available changes all the time; a change of the budget by less than this share of it is none. */
const NEWS_SHARE = 1 / 64;

/** A budget of so many bytes. A reserve is never more than the budget that it is a part of. */
export function budgetOf(memoryBytes: number, { reserveBytes }: BudgetTerms): HostBudget {
  return { memoryBytes, reserveBytes: Math.min(memoryBytes, reserveBytes ?? Math.floor(memoryBytes * RESERVE_SHARE)) };
}

/**
 * The budget on a host as it is now: a share follows memory that is added and a limit that is changed. @returns `before`
 * itself where it is the same, or where the host does not say what it depends on.
 */
export function budgetNow(before: HostBudget, terms: BudgetTerms, sight: HostSight, ledger: Ledger): HostBudget {
  const memoryBytes = memoryNow(terms.memory, sight, ledger);
  if (memoryBytes === null || memoryBytes === before.memoryBytes) return before;
  const isNews = Math.abs(memoryBytes - before.memoryBytes) >= before.memoryBytes * NEWS_SHARE;
  return terms.memory.kind === "available" && !isNews ? before : budgetOf(memoryBytes, terms);
}

function memoryNow(memory: MemoryTerm, { totalBytes, availableBytes }: HostSight, ledger: Ledger): number | null {
  switch (memory.kind) {
    case "bytes":
      return memory.bytes;
    case "share":
      return totalBytes === null ? null : Math.floor(totalBytes * memory.share);
    case "available": {
      if (totalBytes === null || availableBytes === null) return null;
      // What lies in the guests' processes, and what others leave: the line above which a host has no need is its own.
      const spareBytes = Math.max(0, availableBytes - linesOf(totalBytes).endBytes);
      return allAccounts(ledger).reduce((sum, { residentBytes }) => sum + residentBytes, Math.floor(spareBytes));
    }
  }
}
