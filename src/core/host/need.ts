import { BYTES_PER_MIB } from "../units.ts";
import type { HostSight } from "./host-reading.ts";

/**
 * A host needs memory once less than this part of it is available. Proxmox VE keeps 20 % free, of which its users say that
 * it is too much; Linux's own kswapd begins at 1 to 3 %, which is too late for a balloon.
 */
const BEGIN_SHARE = 1 / 10;

/** ... and never more than this: a large host needs no larger cushion. */
const MAX_BEGIN_BYTES = 8192 * BYTES_PER_MIB;

/** Parts of that line: the need is over above the first, guests get memory back above the second, the host is tight below the third. */
const END_PART = 1.2;
const SURPLUS_PART = 1.5;
const TIGHT_PART = 2;

/** Below this part it is an emergency, and on a small host below so much or so large a share of it. */
const EMERGENCY_PART = 0.3;
const SMALL_EMERGENCY_BYTES = 64 * BYTES_PER_MIB;
const SMALL_EMERGENCY_SHARE = 1 / 16;

/**
 * Stalls of some or all tasks for this share of the time, as the guard has it for a guest. A container that thrashes
 * within its own limit stalls as well: stalls and swapping only count on a host that is tight.
 */
const SOME_SHARE = 0.1;
const FULL_SHARE = 0.1;

/** Less written to swap in a second than this part of the host is chance. */
const CHANCE_SHARE = 1 / 4096;

/** The need of a host that stalls or swaps while it is tight, whatever is available. */
const STALLING_NEED = 1 / 2;

/** Steps of the figure, so that a calm host is always the same. */
const STEPS = 64;

/** How much a host needs its memory back. */
export interface Need {
  /** 0: it has plenty, to 1: it is short. Memory is in use again by then, and soon none is left. */
  readonly need: number;
  readonly isEmergency: boolean;
  /** What must come free until the need is over, in bytes. */
  readonly lackBytes: number;
  /** Whether there is so much that guests can have memory back. */
  readonly hasSurplus: boolean;
}

/** Lines of a host of `totalBytes`, in bytes that are available. */
export interface Lines {
  readonly emergencyBytes: number;
  readonly beginBytes: number;
  readonly endBytes: number;
  readonly surplusBytes: number;
  readonly tightBytes: number;
}

export function linesOf(totalBytes: number): Lines {
  const beginBytes = Math.min(totalBytes * BEGIN_SHARE, MAX_BEGIN_BYTES);
  const smallBytes = Math.min(SMALL_EMERGENCY_BYTES, totalBytes * SMALL_EMERGENCY_SHARE);
  return {
    emergencyBytes: Math.max(beginBytes * EMERGENCY_PART, smallBytes),
    beginBytes,
    endBytes: beginBytes * END_PART,
    surplusBytes: beginBytes * SURPLUS_PART,
    tightBytes: beginBytes * TIGHT_PART,
  };
}

/**
 * How much a host needs its memory back. A need begins at one line and ends at a higher one (`isOn`: it has begun).
 * Null where the host does not say what it has or what is available: then nothing is known of its need.
 */
export function needOf(sight: HostSight, isOn: boolean): Need | null {
  const { totalBytes, availableBytes } = sight;
  if (totalBytes === null || availableBytes === null) return null;
  const lines = linesOf(totalBytes);
  const stall = availableBytes < lines.tightBytes ? stallOf(sight, totalBytes) : "none";
  const isEmergency = availableBytes < lines.emergencyBytes || stall === "full";
  const missingBytes = Math.max(0, lines.endBytes - availableBytes);
  const hasBegun = isOn || availableBytes < lines.beginBytes;
  const byAvailable = hasBegun ? missingBytes / (lines.endBytes - lines.emergencyBytes) : 0;
  const need = isEmergency ? 1 : Math.min(1, Math.max(byAvailable, stall === "none" ? 0 : STALLING_NEED));
  return {
    need: Math.ceil(need * STEPS) / STEPS,
    isEmergency,
    // One that stalls though enough is available asks for a little more each second.
    lackBytes: need === 0 ? 0 : Math.max(missingBytes, stall === "none" ? 0 : lines.beginBytes / STEPS),
    hasSurplus: need === 0 && availableBytes > lines.surplusBytes,
  };
}

/** Whether tasks wait for memory, or are swapped to make room for others. */
function stallOf({ someShare, fullShare, swapOutBytesPerS }: HostSight, totalBytes: number): "none" | "some" | "full" {
  if ((fullShare ?? 0) > FULL_SHARE) return "full";
  return (someShare ?? 0) > SOME_SHARE || (swapOutBytesPerS ?? 0) > totalBytes * CHANCE_SHARE ? "some" : "none";
}
