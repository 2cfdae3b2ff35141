import type { WatchSample } from "../backend.ts";

/** Where nothing changes, this many looks pass before it asks again. */
const PATIENCE_LOOKS = 10;

/**
 * Whether the watch asks for a step: when memory is below the line, and since it last asked has fallen further, or the
 * balloon has moved and it was not enough. What stands still is asked again from time to time, and not at each look.
 */
export class Alarm {
  // Values, not the sample: backends use one sample again and again.
  private askedPages = Number.POSITIVE_INFINITY;
  private askedTotalramPages: number | null = null;
  private looksSince = 0;

  /** Take in a sample. With less than `linePages` available memory is short; null while it can't be. */
  isDue({ availablePages, totalramPages }: WatchSample, linePages: number | null): boolean {
    if (availablePages === null || linePages === null || availablePages >= linePages) {
      this.askedPages = Number.POSITIVE_INFINITY;
      return false;
    }
    const hasMoved = totalramPages === null || totalramPages !== this.askedTotalramPages;
    this.looksSince += 1;
    if (!hasMoved && availablePages >= this.askedPages && this.looksSince < PATIENCE_LOOKS) return false;
    this.askedPages = availablePages;
    this.askedTotalramPages = totalramPages;
    this.looksSince = 0;
    return true;
  }
}
