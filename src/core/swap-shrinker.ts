import type { Cancellation } from "./backend.ts";

/** Why bringing pages back from compressed swap ended. One word for logs and records, one sentence for people. */
export const SHRINK_ENDS = {
  reached: "No more than the target is stored.",
  deadline: "The time for this step was over.",
  cancelled: "The next step began, or the daemon was told to stop.",
  pressure: "Memory is short again: tasks waited for it, or swap grew.",
  headroom: "Any more would have taken what is available below the headroom.",
  no_effect: "Pages were brought back, yet they stayed stored as well, which costs memory instead of freeing it.",
  unreachable:
    "What is left belongs to no process whose memory may be read: shared memory, tmpfs, or slots that the kernel frees later.",
  slices_empty: "The slices are empty; what is left lies elsewhere, and comes back page by page from the next step on.",
  resting: "The last runs freed nothing, so this one was left out.",
} as const satisfies Record<string, string>;

export type ShrinkEnd = keyof typeof SHRINK_ENDS;

/** What one run did, as measured on the kernel's own count of stored pages. */
export interface ShrinkOutcome {
  /** Pages stored when it began. */
  readonly startPages: number;
  /** Pages stored when it ended; higher than `startPages` if swap grew meanwhile. */
  readonly leftPages: number;
  /** Pages by which the count fell while this run brought pages back; what others freed meanwhile is not in it. */
  readonly freedPages: number;
  /** Pages that were read, whether or not that freed them. */
  readonly touchedPages: number;
  /** Processes that have swapped pages but could not be opened: they ended, or access was denied. */
  readonly skippedProcesses: number;
  /** Processor time that the run took, in ms. */
  readonly cpuMs: number;
  readonly end: ShrinkEnd;
}

/** What a run must keep to. */
export interface ShrinkLimits {
  /** What must stay available (MemAvailable), in pages. */
  readonly headroomPages: number;
  /** The most of one processor that it may use, in percent: 1 to 100. */
  readonly cpuPercent: number;
  /** How long it may take, in ms. */
  readonly deadlineMs: number;
}

/** Brings this machine's pages back from compressed swap: a partial swapoff. */
export interface SwapShrinker {
  /**
   * Bring pages back until at most `targetPages` of `pageBytes` bytes are stored, or until one of the limits is met.
   * Memory that is short is an ending, not an error.
   * @throws ERR_FORMAT, ERR_FILE_MISSING and the like if the kernel's counts can't be read.
   */
  shrink(
    targetPages: number,
    pageBytes: number,
    limits: ShrinkLimits,
    cancellation: Cancellation,
  ): Promise<ShrinkOutcome>;
}
