import type { Clamp, Reason } from "./reasons.ts";

/**
 * What one step chose for one guest, and why. `null` means that nothing is set: by the balloon loop if selfballooning
 * is off or a reading is missing, by the swap loop if it is off, waiting, or has nothing to do.
 */
export interface Decision {
  /** The observation's time, in seconds. */
  readonly t: number;
  readonly guest: string;
  /** Where the target is heading, in pages of RAM. */
  readonly goalPages: number | null;
  /** The least the target may be, in pages of RAM. */
  readonly floorPages: number | null;
  /** The RAM that the guest should have after this step, in pages. */
  readonly targetPages: number | null;
  /** What is handed to the balloon: the target plus the balloon's offset to the guest's RAM, in pages. */
  readonly balloonTargetPages: number | null;
  /** Pages that may stay in compressed swap after this step. */
  readonly frontswapTargetPages: number | null;
  /** What the guard kept available beside what is in use, in pages; null where it was not asked. */
  readonly headroomPages: number | null;
  readonly reason: Reason;
  /** Every bound that cut the law's target, in the order in which they were applied. */
  readonly clamps: readonly Clamp[];
}
