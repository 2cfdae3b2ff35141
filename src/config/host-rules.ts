import { totalmem } from "node:os";
import { globMatcher } from "../core/glob.ts";
import type { HostRules } from "../core/host/rules.ts";
import { type GuestLimits, NO_LIMITS } from "../core/limits.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import type { Config } from "./load.ts";

/** The part of the machine that is left to the host itself where the operator says nothing. */
const HOST_SHARE = 1 / 8;

/** The part of the guests' memory that is kept for emergencies where the operator says nothing. */
const RESERVE_SHARE = 1 / 16;

/**
 * What the configuration says of the host and its guests. In a dry run a configuration that names no guest stands for all
 * of them, so that it can be tried without one.
 */
export function hostRules(config: Pick<Config, "host" | "guests">, dryRun: boolean): HostRules {
  const { memoryMb, reserveMb } = config.host;
  const memoryBytes = memoryMb === null ? Math.floor(totalmem() * (1 - HOST_SHARE)) : memoryMb * BYTES_PER_MIB;
  const reserveBytes = reserveMb === null ? Math.floor(memoryBytes * RESERVE_SHARE) : reserveMb * BYTES_PER_MIB;
  const guests = config.guests.map(({ pattern, limits }) => ({ matches: globMatcher(pattern), limits }));
  const everybody = dryRun && guests.length === 0;
  return {
    budget: { memoryBytes, reserveBytes },
    terms: (guest) => {
      const sections = guests.filter(({ matches }) => matches(guest));
      const isManaged = everybody || sections.length > 0;
      return { ...limitsOf(sections.map(({ limits }) => limits)), isManaged };
    },
  };
}

/** A later section beats an earlier one, limit by limit. */
function limitsOf(sections: readonly Partial<GuestLimits>[]): GuestLimits {
  return sections.length === 0 ? NO_LIMITS : Object.assign({}, NO_LIMITS, ...sections);
}
