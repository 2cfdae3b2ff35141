import { totalmem } from "node:os";
import { globMatcher } from "../core/glob.ts";
import { type BudgetTerms, budgetOf, type MemoryTerm } from "../core/host/budget-terms.ts";
import type { HostRules } from "../core/host/rules.ts";
import { type GuestTerms, NO_LIMITS } from "../core/limits.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import type { Config } from "./load.ts";

/** The part of the machine that its guests may have where the operator says nothing: the rest is the host's own. */
const GUESTS_SHARE = 7 / 8;

/** What the configuration says of the host and its guests; `isUnnamedManaged`: also guests that it does not name are ours to move. */
export function hostRules(config: Pick<Config, "host" | "guests">, isUnnamedManaged: boolean): HostRules {
  const { memory, reserveMb, take, overcommit } = config.host;
  const budgetTerms: BudgetTerms = {
    memory: memory ?? { kind: "share", share: GUESTS_SHARE },
    reserveBytes: reserveMb === null ? null : reserveMb * BYTES_PER_MIB,
  };
  const guests = config.guests.map((section) => ({ ...section, matches: globMatcher(section.pattern) }));
  return {
    budget: budgetOf(firstBytes(budgetTerms.memory), budgetTerms),
    budgetTerms,
    take: take ?? "always",
    ...(overcommit === null ? {} : { overcommit }),
    terms: (guest) => {
      const sections = guests.filter(({ matches }) => matches(guest));
      const unsaid: GuestTerms = { ...NO_LIMITS, isManaged: isUnnamedManaged || sections.length > 0 };
      // A later section beats an earlier one, term by term.
      return Object.assign({}, unsaid, ...sections.map(({ terms }) => terms));
    },
    quietHours: (guest) =>
      guests.findLast(({ matches, quietHours }) => quietHours !== undefined && matches(guest))?.quietHours ?? [],
  };
}

/** Until the host was looked at: of the whole machine. */
function firstBytes(memory: MemoryTerm): number {
  if (memory.kind === "bytes") return memory.bytes;
  return Math.floor(totalmem() * (memory.kind === "share" ? memory.share : GUESTS_SHARE));
}
