import type { Reading } from "../backend.ts";
import { floorPages } from "../guest/floor.ts";
import type { GuestTerms } from "../limits.ts";
import type { Notice } from "../notices.ts";
import type { Tunables } from "../tunables.ts";
import { BYTES_PER_MIB, mibFromBytes } from "../units.ts";
import { maxFloorBytes, maxUsedBytes } from "./belief.ts";

/** What a decision was made on. */
export interface DecidedOn {
  readonly reading: Reading;
  /** The most that its process can hold of its host's memory; null where nobody knows. */
  readonly heldBytes: number | null;
  readonly tunables: Tunables;
  readonly terms: GuestTerms;
}

/** What a guest claims of its host's memory, and what of that can be true as its host sees it. In bytes. */
export interface Claimed {
  readonly claimedBytes: number;
  readonly believedBytes: number;
}

/** Whether a guest claims more than can be true. */
export interface Overclaim {
  /** True if it went on: what is not believed gives way to others. */
  readonly isCertain: boolean;
  /** Looks in a row that speak against `isCertain`. */
  readonly looks: number;
}

/** Before the first look. */
export const NO_OVERCLAIM: Overclaim = Object.freeze({ isCertain: false, looks: 0 });

/** Looks in a row after which it is certain: guest and process are not read at the same moment. */
const CERTAIN_LOOKS = 10;

/** Looks in a row after which it is forgotten: one that was brought down to what is believed has not become honest by that. */
const FORGIVEN_LOOKS = 600;

/** Follow whether one of the guest's claims can't be true. */
export function followOverclaim({ isCertain, looks: before }: Overclaim, claim: Claimed | null): Overclaim {
  if ((claim !== null) === isCertain) return { isCertain, looks: 0 };
  const looks = before + 1;
  const isTurned = looks >= (isCertain ? FORGIVEN_LOOKS : CERTAIN_LOOKS);
  return isTurned ? { isCertain: !isCertain, looks: 0 } : { isCertain, looks };
}

/** The most that a claim of a floor counts for, by what the operator says of the guest. In bytes, as the host counts. */
export function floorLimitBytes(
  maximumBytes: number,
  unballoonedBytes: number,
  { minMb }: GuestTerms,
  { selfballoon_min_usable_mb }: Tunables,
): number {
  const minBytes = minMb * BYTES_PER_MIB + unballoonedBytes;
  return maxFloorBytes(maximumBytes, minBytes, selfballoon_min_usable_mb * BYTES_PER_MIB);
}

/**
 * The claim of a reading that can't be true in a machine of `maximumBytes`; null if all can. What its process holds bounds
 * what a guest can use.
 */
export function unbelievedClaim(
  maximumBytes: number,
  { reading, heldBytes, tunables, terms }: DecidedOn,
): Claimed | null {
  const { observation, unballoonedBytes = 0 } = reading;
  const { pageBytes, balloonCurrentPages, totalramPages, totalreservePages, maxPfn, availablePages } = observation;
  if (balloonCurrentPages === null || totalramPages === null || totalreservePages === null || maxPfn === null)
    return null;
  // The law's own floor: what the host adds to it is no claim of the guest's.
  const lawPages = floorPages(pageBytes, totalreservePages, maxPfn, tunables.selfballoon_min_usable_mb);
  const bytesOf = (pages: number): number => pages * pageBytes + unballoonedBytes;
  const floor = {
    claimedBytes: bytesOf(lawPages + balloonCurrentPages - totalramPages),
    believedBytes: floorLimitBytes(maximumBytes, unballoonedBytes, terms, tunables),
  };
  if (floor.claimedBytes > floor.believedBytes) return floor;
  if (heldBytes === null || availablePages === null) return null;
  const used = {
    claimedBytes: bytesOf(balloonCurrentPages - availablePages),
    believedBytes: maxUsedBytes(maximumBytes, heldBytes),
  };
  return used.claimedBytes > used.believedBytes ? used : null;
}

/** That it goes on claiming that, for people. */
export function overclaimNotice({ claimedBytes, believedBytes }: Claimed): Notice {
  return {
    code: "overclaims",
    details: { claimedMib: mibFromBytes(claimedBytes), believedMib: mibFromBytes(believedBytes) },
  };
}
