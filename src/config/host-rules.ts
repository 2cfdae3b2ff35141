import { totalmem } from "node:os";
import { globMatcher } from "../core/glob.ts";
import { type BudgetTerms, budgetOf, type MemoryTerm } from "../core/host/budget-terms.ts";
import type { HostRules } from "../core/host/rules.ts";
import { type GuestLimits, NO_LIMITS } from "../core/limits.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import type { Config } from "./load.ts";

/** The part of the machine that its guests may have where the operator says nothing: the rest is the host's own. */
const GUESTS_SHARE = 7 / 8;

/**
 * What the configuration says of the host and its guests. In a dry run a configuration that names no guest stands for all
 * of them, so that it can be tried without one.
 */
export function hostRules(config: Pick<Config, "host" | "guests">, dryRun: boolean): HostRules {
  const { memory, reserveMb, take, overcommit } = config.host;
  const budgetTerms: BudgetTerms = {
    memory: memory ?? { kind: "share", share: GUESTS_SHARE },
    reserveBytes: reserveMb === null ? null : reserveMb * BYTES_PER_MIB,
  };
  const guests = config.guests.map(({ pattern, limits }) => ({ matches: globMatcher(pattern), limits }));
  const everybody = dryRun && guests.length === 0;
  return {
    budget: budgetOf(firstBytes(budgetTerms.memory), budgetTerms),
    budgetTerms,
    take: take ?? "always",
    ...(overcommit === null ? {} : { overcommit }),
    terms: (guest) => {
      const sections = guests.filter(({ matches }) => matches(guest));
      const isManaged = everybody || sections.length > 0;
      return { ...limitsOf(sections.map(({ limits }) => limits)), isManaged };
    },
  };
}

/** Until the host was looked at: of the whole machine. */
function firstBytes(memory: MemoryTerm): number {
  if (memory.kind === "bytes") return memory.bytes;
  return Math.floor(totalmem() * (memory.kind === "share" ? memory.share : GUESTS_SHARE));
}

/** A later section beats an earlier one, limit by limit. */
function limitsOf(sections: readonly Partial<GuestLimits>[]): GuestLimits {
  return sections.length === 0 ? NO_LIMITS : Object.assign({}, NO_LIMITS, ...sections);
}
