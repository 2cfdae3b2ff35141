import type { GuestEnv, HostEnv } from "../../src/core/guest/events.ts";
import type { Account } from "../../src/core/host/account.ts";
import { ledgerOf } from "../../src/core/host/ledger.ts";
import type { HostStanding } from "../../src/core/host/standing.ts";
import { type HostState, INITIAL_HOST_STATE } from "../../src/core/host/state.ts";
import { type GuestTerms, NO_LIMITS } from "../../src/core/limits.ts";
import { DEFAULT_TUNABLES, type Tunables } from "../../src/core/tunables.ts";
import { BYTES_PER_MIB } from "../../src/core/units.ts";

/** What a guest's decisions depend on where a test says nothing of it: it is ours to move, and alone. */
export function envOf(change: Partial<GuestEnv> = {}, tunables: Partial<Tunables> = {}): GuestEnv {
  const all = { tunables: { ...DEFAULT_TUNABLES, ...tunables }, hasCompressedSwap: true, isDryRun: false };
  return { ...all, isPaused: false, isReleased: false, host: null, ...change };
}

/** A host with so much memory for all guests. */
export function hostEnv(memoryMib: number, terms: Partial<GuestTerms> = {}, reserveMib = 0): HostEnv {
  return {
    budget: { memoryBytes: memoryMib * BYTES_PER_MIB, reserveBytes: reserveMib * BYTES_PER_MIB },
    terms: { ...NO_LIMITS, isManaged: true, ...terms },
  };
}

/** How a host of 2 GiB stands that has 300 MiB left to give, with these warnings. */
export function standingWith(...warnings: HostStanding["warnings"]): HostStanding {
  return {
    capacityBytes: 2048 * BYTES_PER_MIB,
    reserveBytes: 128 * BYTES_PER_MIB,
    hadBytes: 1600 * BYTES_PER_MIB,
    promisedBytes: 1620 * BYTES_PER_MIB,
    reservedBytes: 0,
    reservedFor: [],
    freeBytes: 300 * BYTES_PER_MIB,
    maximaBytes: 3072 * BYTES_PER_MIB,
    minBytes: 512 * BYTES_PER_MIB,
    overcommit: 1.5,
    overcommitLimit: null,
    take: "always",
    need: 0,
    isEmergency: false,
    warnings,
  };
}

/** A guest's account, in MiB; one that had 1024 MiB at first and may have 2048. */
export function accountIn(guest: string, currentMib: number, change: Partial<Account> = {}): Account {
  return {
    guest,
    currentBytes: currentMib * BYTES_PER_MIB,
    hasBytes: currentMib * BYTES_PER_MIB,
    maximumBytes: 2048 * BYTES_PER_MIB,
    startBytes: 1024 * BYTES_PER_MIB,
    unballoonedBytes: 0,
    promisedBytes: 0,
    residentBytes: currentMib * BYTES_PER_MIB,
    floorBytes: 0,
    goalBytes: currentMib * BYTES_PER_MIB,
    weight: 1,
    priority: "normal",
    activeShare: 1,
    isFixed: false,
    effect: { looksWithout: 0, isMissing: false },
    overclaim: { looks: 0, isCertain: false },
    ...change,
  };
}

/** A host that knows these guests, and where nobody was refused anything. */
export function hostOf(...accounts: readonly Account[]): HostState {
  return { ...INITIAL_HOST_STATE, ledger: ledgerOf(accounts) };
}
