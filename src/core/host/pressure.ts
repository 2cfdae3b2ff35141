import { PRIORITIES, type Priority } from "../limits.ts";
import { BYTES_PER_MIB } from "../units.ts";
import type { Account } from "./account.ts";
import type { HostSight } from "./host-reading.ts";
import { needOf } from "./need.ts";

/** When a host takes memory from its guests, each with a sentence for people. */
export const TAKES = {
  always: "Guests give what their load does not need, whatever the host has.",
  as_needed: "Guests keep what they have until the host needs it.",
} as const satisfies Record<string, string>;
export type Take = keyof typeof TAKES;
export const TAKE_NAMES = Object.keys(TAKES) as [Take, ...Take[]];

/** What is remembered of a host's need. Plain data; the same value as long as nothing of it is news. */
export interface Pressure {
  readonly take: Take;
  /** 0: the host has plenty, to 1: it is short; null while nobody knows, and then nothing is asked of guests. */
  readonly need: number | null;
  readonly isEmergency: boolean;
  /** The part of what it has that a guest of a priority is asked for at a step, 0 to 1. */
  readonly askedShares: Readonly<Record<Priority, number>>;
  /** Since when the host has had so much that guests can have memory back, in ms; null while it has not. */
  readonly surplusSinceMs: number | null;
  /** What the host has in swap at the most, in bytes; null while nobody knows. */
  readonly swappedBytes: number | null;
  /** What was told of it since the host last had more than enough. */
  readonly told: "nothing" | "need" | "emergency";
}

const NOTHING_ASKED: Pressure["askedShares"] = Object.freeze({ best_effort: 0, normal: 0, protected: 0 });

/** Nobody has looked at the host yet. */
export const NO_PRESSURE: Pressure = Object.freeze({
  take: "always",
  need: null,
  isEmergency: false,
  askedShares: NOTHING_ASKED,
  surplusSinceMs: null,
  swappedBytes: null,
  told: "nothing",
});

/** A guest that can give. */
export type Donor = Pick<Account, "currentBytes" | "activeShare" | "priority">;

/** Steps of the share that guests are asked for. */
const SHARE_STEPS = 1024;

/** What lies in swap is taken for a multiple of this: the next higher one. */
const SWAPPED_STEP_BYTES = 64 * BYTES_PER_MIB;

/** What was taken is given back once the host has had enough for so long: what was short a moment ago soon is again. */
const SURPLUS_MS = 60_000;

/**
 * Take in what the host says; what it does not say leaves its need as it was. `donors`: guests that can give.
 * @returns `before` itself where nothing is news.
 */
export function followPressure(before: Pressure, sight: HostSight, donors: readonly Donor[], nowMs: number): Pressure {
  const swappedBytes =
    sight.swappedBytes === null ? null : Math.ceil(sight.swappedBytes / SWAPPED_STEP_BYTES) * SWAPPED_STEP_BYTES;
  const now = needOf(sight, (before.need ?? 0) > 0);
  if (now === null) return before.swappedBytes === swappedBytes ? before : { ...before, swappedBytes };
  const { need, isEmergency, lackBytes, hasSurplus } = now;
  const after: Pressure = {
    ...before,
    need,
    isEmergency,
    askedShares: need === 0 ? NOTHING_ASKED : sharesOf(lackBytes, donors),
    surplusSinceMs: hasSurplus ? (before.surplusSinceMs ?? nowMs) : null,
    swappedBytes,
  };
  return isSame(before, after) ? before : after;
}

/**
 * What is lacking is asked of the lowest priority first, as far as its guests have memory that they do not use, and of the next for
 * the rest. What even that leaves is asked of all: who uses what changes.
 */
function sharesOf(lackBytes: number, donors: readonly Donor[]): Pressure["askedShares"] {
  let leftBytes = lackBytes;
  const asked = PRIORITIES.map((priority) => {
    const own = donors.filter((donor) => donor.priority === priority);
    const hasBytes = own.reduce((sum, { currentBytes }) => sum + currentBytes, 0);
    const idleBytes = own.reduce((sum, donor) => sum + idleOf(donor), 0);
    const askedBytes = Math.min(leftBytes, idleBytes);
    leftBytes -= askedBytes;
    return { priority, hasBytes, askedBytes };
  });
  const allBytes = asked.reduce((sum, { hasBytes }) => sum + hasBytes, 0);
  const shares = asked.map(({ priority, hasBytes, askedBytes }) => {
    const share = hasBytes <= 0 ? 0 : Math.min(1, askedBytes / hasBytes + leftBytes / allBytes);
    return [priority, Math.ceil(share * SHARE_STEPS) / SHARE_STEPS] as const;
  });
  return { ...NOTHING_ASKED, ...Object.fromEntries(shares) };
}

/** Whole bytes: sums of them are the same in any order. */
function idleOf({ currentBytes, activeShare }: Donor): number {
  return Math.floor(currentBytes * Math.max(0, 1 - activeShare));
}

function isSame(a: Pressure, b: Pressure): boolean {
  return (
    a.need === b.need &&
    a.isEmergency === b.isEmergency &&
    PRIORITIES.every((priority) => a.askedShares[priority] === b.askedShares[priority]) &&
    a.surplusSinceMs === b.surplusSinceMs &&
    a.swappedBytes === b.swappedBytes
  );
}

/** Whether guests get back now what was taken from them. */
export function givesBack({ take, surplusSinceMs }: Pressure, nowMs: number): boolean {
  return take === "as_needed" && surplusSinceMs !== null && nowMs - surplusSinceMs >= SURPLUS_MS;
}
