import type { Decision } from "./decision.ts";
import { maximumTarget } from "./guest/law.ts";
import { isComplete, type Observation } from "./observation.ts";

/** What a guest has, wants and may have, in bytes, as people, metrics and charts show it; null is what is not known. */
export interface Figures {
  /** RAM that the guest's kernel owns now. */
  readonly currentBytes: number | null;
  /** RAM that the guest should have after the last step. */
  readonly targetBytes: number | null;
  /** Where the target is heading. */
  readonly goalBytes: number | null;
  /** The least that the target may be. */
  readonly floorBytes: number | null;
  /** The most that the target may be. */
  readonly maximumBytes: number | null;
  readonly committedBytes: number | null;
  /** What the guest could use without swapping. */
  readonly availableBytes: number | null;
  /** What the guest holds in compressed swap. */
  readonly compressedSwapBytes: number | null;
}

/** The figures of one step. */
export function figuresOf(observation: Observation, decision: Decision): Figures {
  const bytes = (pages: number | null): number | null => (pages === null ? null : pages * observation.pageBytes);
  return {
    currentBytes: bytes(observation.totalramPages),
    targetBytes: bytes(decision.targetPages),
    goalBytes: bytes(decision.goalPages),
    floorBytes: bytes(decision.floorPages),
    maximumBytes: bytes(isComplete(observation) ? maximumTarget(observation) : null),
    committedBytes: bytes(observation.committedPages),
    availableBytes: bytes(observation.availablePages),
    compressedSwapBytes: bytes(observation.frontswapPages),
  };
}
