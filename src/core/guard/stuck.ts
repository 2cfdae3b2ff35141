import { pagesFromMib } from "../units.ts";
import { type GrowingWait, NO_WAIT, waitLonger } from "./growing-wait.ts";
import { holdUntil } from "./hold.ts";
import type { GuardInput } from "./input.ts";

/** How a guest follows a target that lies below what it has. */
export interface Progress {
  /** The RAM that the last step asked for, in pages; null if it asked for no fall. */
  readonly askedPages: number | null;
  /** Steps in a row without progress. */
  readonly stalledSteps: number;
  /** Steps without progress less those with progress, since the guest was last where it should be; at least 0. */
  readonly stallScore: number;
  /** How long the target stays where the guest is. */
  readonly parked: GrowingWait;
}

export const INITIAL_PROGRESS: Progress = { askedPages: null, stalledSteps: 0, stallScore: 0, parked: NO_WAIT };

/** Steps in a row without progress after which a guest counts as stuck. */
const STALLED_STEPS = 3;

/** A guest that moves a little every now and then gets here over a long time, and counts as stuck too. */
const MAX_STALL_SCORE = 20;

/** Less than this between two steps is no progress: a page now and then must not count. */
const MIN_PROGRESS_MIB = 1;

const WAITS = { firstMs: 600_000, maxMs: 3_600_000 };

/** Compare what the guest has now with what the last step asked of it. */
export function followProgress(progress: Progress, input: GuardInput): Progress {
  const { askedPages } = progress;
  const lastTotalramPages = input.last?.totalramPages ?? null;
  if (askedPages === null || lastTotalramPages === null || input.without.has("stuck")) return progress;
  const { totalramPages, pageBytes } = input.observation;
  const minPages = pagesFromMib(MIN_PROGRESS_MIB, pageBytes);
  if (totalramPages <= askedPages + minPages) return progressed(progress, 0);
  if (lastTotalramPages - totalramPages >= minPages) {
    return progressed(progress, Math.max(0, progress.stallScore - 1));
  }
  const stalledSteps = progress.stalledSteps + 1;
  const stallScore = progress.stallScore + 1;
  if (stalledSteps < STALLED_STEPS && stallScore < MAX_STALL_SCORE) return { ...progress, stalledSteps, stallScore };
  return { askedPages: null, stalledSteps: 0, stallScore: 0, parked: waitLonger(progress.parked, input.nowMs, WAITS) };
}

function progressed(progress: Progress, stallScore: number): Progress {
  if (progress.stalledSteps === 0 && progress.stallScore === stallScore) return progress;
  return { ...progress, stalledSteps: 0, stallScore };
}

/** A guest that does not follow is left where it is for a while: asking it again and again helps nobody. */
export const stuck = {
  sentence: "The guest did not follow its target: the target is parked at what it has for a while.",
  minTargetPages: ({ progress }: { readonly progress: Progress }, input: GuardInput): number =>
    holdUntil(progress.parked.untilMs, input),
};
