import { BYTES_PER_MIB } from "../units.ts";

/** A kernel's floor is a small part of its RAM; whoever claims more than this part of its machine is not believed. */
const MAX_FLOOR_SHARE = 1 / 4;

/** What the law's floor leaves a small machine beside that: 99 MiB at 512 MiB, and a 32nd of what is beyond. */
const USABLE_BYTES = 128 * BYTES_PER_MIB;

/** A guest may soon use more than its process holds now: so much, or this part of its machine. */
const MIN_ROOM_BYTES = 256 * BYTES_PER_MIB;
const ROOM_SHARE = 1 / 8;

/** A guest in an emergency may use this many times its part, by weight, of what is kept for emergencies. */
const RESERVE_PARTS = 4;

/**
 * The most that a guest's claim of a floor can be worth beside others: `minBytes`, which the operator gave it, or what
 * kernels need beside the `usableBytes` that the operator wants the law to leave it.
 */
export function maxFloorBytes(maximumBytes: number, minBytes: number, usableBytes: number): number {
  const kernelBytes = maximumBytes * MAX_FLOOR_SHARE;
  return Math.min(maximumBytes, Math.max(minBytes, kernelBytes + Math.max(usableBytes, USABLE_BYTES)));
}

/**
 * The most that a guest's process can hold: what is resident of it, and all that its host has swapped out, because nobody
 * says whose that is. Null where either is not known.
 */
export function maxHeldBytes(rssBytes: number | null, swappedBytes: number | null): number | null {
  return rssBytes === null || swappedBytes === null ? null : rssBytes + swappedBytes;
}

/** The most that a guest can use now or soon: what its process holds, and a little more. */
export function maxUsedBytes(maximumBytes: number, heldBytes: number): number {
  return heldBytes + Math.max(MIN_ROOM_BYTES, maximumBytes * ROOM_SHARE);
}

/**
 * What a guest's claim of a need is worth beside others. What it uses lies in its process: at the most `heldBytes`,
 * null where that is not known. This bounds what it is entitled to, and never takes what the guard holds.
 */
export function believedGoalBytes(claimedBytes: number, maximumBytes: number, heldBytes: number | null): number {
  if (heldBytes === null) return claimedBytes;
  return Math.min(claimedBytes, maxUsedBytes(maximumBytes, heldBytes));
}

/** The share of the host's reserve that a guest of this weight may use: the rest is for others' emergencies. */
export function reserveShare(weight: number, allWeights: number): number {
  return allWeights <= 0 ? 1 : Math.min(1, (RESERVE_PARTS * weight) / allWeights);
}
