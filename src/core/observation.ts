/**
 * What was read of one guest at one moment. A reading that is not there is `null`, never 0. The names are those of a
 * recording's lines, so that an observation can be written down as it is. All quantities are in pages of `pageBytes`
 * bytes unless the name says otherwise.
 */
export interface Observation {
  /** When, in seconds. In a recording only the order matters. */
  readonly t: number;
  /** The guest's name, unique within its host. */
  readonly guest: string;
  /** The guest's page size. Never assume 4096. */
  readonly pageBytes: number;
  /** RAM that the guest's kernel owns now, the balloon already taken off. */
  readonly totalramPages: number | null;
  /** Committed address space (`Committed_AS`). */
  readonly committedPages: number | null;
  /** What the kernel keeps for itself: per zone the largest protection plus the high watermark, cut at `managed`. */
  readonly totalreservePages: number | null;
  /** Pages held in compressed swap; null where there is none. */
  readonly frontswapPages: number | null;
  /** One past the highest page frame, fixed at boot. */
  readonly maxPfn: number | null;
  /** What the balloon says that the guest has; null where there is no balloon. */
  readonly balloonCurrentPages: number | null;
  /** The most the balloon may be asked for now: what the hypervisor or its toolstack allows. Null: `maxPfn` bounds it. */
  readonly balloonMaxPages: number | null;
  /** MemAvailable: what could be used without swapping. */
  readonly availablePages: number | null;
  readonly freePages: number | null;
  /** All the swap that there is, used or not. */
  readonly swapTotalPages: number | null;
  /** Total time some task stalled on memory, in microseconds since boot. */
  readonly psiSomeTotalUs: number | null;
  /** Total time all tasks stalled on memory, in microseconds since boot. */
  readonly psiFullTotalUs: number | null;
  /** Pages read back soon after they were evicted, since boot. */
  readonly refaultPages: number | null;
  /** Pages read from swap since boot. */
  readonly swapInPages: number | null;
  /** Pages written to swap since boot. */
  readonly swapOutPages: number | null;
  /** Processes that the OOM killer ended since boot. */
  readonly oomKills: number | null;
  /** Allocations that had to reclaim memory themselves, since boot. */
  readonly allocStalls: number | null;
}

/** The readings that a step of selfballooning can't do without. */
export const NEEDED_READINGS = [
  "totalramPages",
  "committedPages",
  "totalreservePages",
  "maxPfn",
  "balloonCurrentPages",
] as const satisfies readonly (keyof Observation)[];

/** The readings that a recording may leave out. */
export const OPTIONAL_READINGS = [
  "balloonMaxPages",
  "availablePages",
  "freePages",
  "swapTotalPages",
  "psiSomeTotalUs",
  "psiFullTotalUs",
  "refaultPages",
  "swapInPages",
  "swapOutPages",
  "oomKills",
  "allocStalls",
] as const satisfies readonly (keyof Observation)[];

/** An observation in which every needed reading is there. */
export type CompleteObservation = Observation & {
  readonly [Name in (typeof NEEDED_READINGS)[number]]: number;
};

/** The needed readings that `observation` lacks. */
export function missingReadings(observation: Observation): readonly (typeof NEEDED_READINGS)[number][] {
  return NEEDED_READINGS.filter((name) => observation[name] === null);
}

/** Whether every needed reading is there. */
export function isComplete(observation: Observation): observation is CompleteObservation {
  return (
    observation.totalramPages !== null &&
    observation.committedPages !== null &&
    observation.totalreservePages !== null &&
    observation.maxPfn !== null &&
    observation.balloonCurrentPages !== null
  );
}

/** What was wanted on the balloon's side, as pages of the guest's RAM; null if it is not known. */
export function wantedRamPages(
  { totalramPages, balloonCurrentPages }: Observation,
  wantedPages: number | null,
): number | null {
  if (wantedPages === null || totalramPages === null || balloonCurrentPages === null) return null;
  return wantedPages - balloonCurrentPages + totalramPages;
}
