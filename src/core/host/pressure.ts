import { BYTES_PER_MIB } from "../units.ts";
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
  /** 0: the host has plenty, to 1: it is short. */
  readonly need: number;
  readonly isEmergency: boolean;
  /** The part of what it has that a guest is asked for at a step, 0 to 1. */
  readonly askedShare: number;
  /** Since when the host has had so much that guests can have memory back, in ms; null while it has not. */
  readonly surplusSinceMs: number | null;
  /** What the host has in swap at the most, in bytes; null while nobody knows. */
  readonly swappedBytes: number | null;
  /** What was told of it since the host last had more than enough. */
  readonly told: "nothing" | "need" | "emergency";
}

/** Nobody has looked at the host yet. */
export const NO_PRESSURE: Pressure = Object.freeze({
  take: "always",
  need: 0,
  isEmergency: false,
  askedShare: 0,
  surplusSinceMs: null,
  swappedBytes: null,
  told: "nothing",
});

/** Steps of the share that guests are asked for. */
const SHARE_STEPS = 1024;

/** What lies in swap is taken for a multiple of this: the next higher one. */
const SWAPPED_STEP_BYTES = 64 * BYTES_PER_MIB;

/** What was taken is given back once the host has had enough for so long: what was short a moment ago soon is again. */
const SURPLUS_MS = 60_000;

/**
 * Take in what the host says; what it does not say leaves its need as it was. `donorBytes`: what the guests have that can
 * give. @returns `before` itself where nothing is news.
 */
export function followPressure(before: Pressure, sight: HostSight, donorBytes: number, nowMs: number): Pressure {
  const swappedBytes =
    sight.swappedBytes === null ? null : Math.ceil(sight.swappedBytes / SWAPPED_STEP_BYTES) * SWAPPED_STEP_BYTES;
  const now = needOf(sight, before.need > 0);
  if (now === null) return before.swappedBytes === swappedBytes ? before : { ...before, swappedBytes };
  const { need, isEmergency, lackBytes, hasSurplus } = now;
  const share = donorBytes <= 0 ? 0 : Math.min(1, lackBytes / donorBytes);
  const after: Pressure = {
    ...before,
    need,
    isEmergency,
    askedShare: need === 0 ? 0 : Math.ceil(share * SHARE_STEPS) / SHARE_STEPS,
    surplusSinceMs: hasSurplus ? (before.surplusSinceMs ?? nowMs) : null,
    swappedBytes,
  };
  return isSame(before, after) ? before : after;
}

function isSame(a: Pressure, b: Pressure): boolean {
  return (
    a.need === b.need &&
    a.isEmergency === b.isEmergency &&
    a.askedShare === b.askedShare &&
    a.surplusSinceMs === b.surplusSinceMs &&
    a.swappedBytes === b.swappedBytes
  );
}

/** Whether guests get back now what was taken from them. */
export function givesBack({ take, surplusSinceMs }: Pressure, nowMs: number): boolean {
  return take === "as_needed" && surplusSinceMs !== null && nowMs - surplusSinceMs >= SURPLUS_MS;
}
