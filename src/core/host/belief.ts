import { BYTES_PER_MIB } from "../units.ts";

/** A kernel's floor is a small part of its RAM; whoever claims more than this part of its machine is not believed. */
const MAX_FLOOR_SHARE = 1 / 4;

/** A guest may soon use more than its process holds now: so much, or this part of its machine. */
const MIN_ROOM_BYTES = 256 * BYTES_PER_MIB;
const ROOM_SHARE = 1 / 8;

/** A guest in an emergency may use this many times its part, by weight, of what is kept for emergencies. */
const RESERVE_PARTS = 4;

/**
 * What a guest's claim of a floor is worth beside others: `operatorBytes`, which the operator gave it, or what kernels
 * need.
 */
export function believedFloorBytes(claimedBytes: number, maximumBytes: number, operatorBytes: number): number {
  return Math.min(claimedBytes, Math.max(operatorBytes, maximumBytes * MAX_FLOOR_SHARE));
}

/**
 * What a guest's claim of a need is worth beside others. What it uses lies in its process: `rssBytes` of the host's memory,
 * null where that is not known. This bounds what it is entitled to, and never takes what the guard holds.
 */
export function believedGoalBytes(claimedBytes: number, maximumBytes: number, rssBytes: number | null): number {
  if (rssBytes === null) return claimedBytes;
  return Math.min(claimedBytes, rssBytes + Math.max(MIN_ROOM_BYTES, maximumBytes * ROOM_SHARE));
}

/** The share of the host's reserve that a guest of this weight may use: the rest is for others' emergencies. */
export function reserveShare(weight: number, allWeights: number): number {
  return allWeights <= 0 ? 1 : Math.min(1, (RESERVE_PARTS * weight) / allWeights);
}
