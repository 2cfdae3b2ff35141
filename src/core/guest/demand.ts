import type { WatchSample } from "../backend.ts";

/** Samples that are remembered; more than any reaction time has at the fastest watch. */
const MOST_SAMPLES = 64;

/**
 * The last samples of a guest's demand, to tell how fast it rises. Numbers only, in a ring that is made once: the watch
 * looks ten times a second and leaves no garbage.
 */
export class DemandRing {
  private readonly demands = new Float64Array(MOST_SAMPLES);
  private next = 0;
  private filled = 0;

  /**
   * Take in a sample. Demand is what is not available: it stays the same when only the balloon moves.
   * @param window how many samples make one reaction time, at most 64.
   * @returns how much demand rose within the window, in pages; 0 if it fell or is not known.
   */
  rise(sample: WatchSample, window: number): number {
    if (sample.availablePages === null || sample.totalramPages === null) return 0;
    const demandPages = sample.totalramPages - sample.availablePages;
    const looked = Math.min(this.filled, window, MOST_SAMPLES);
    let leastPages = demandPages;
    for (let back = 1; back <= looked; back += 1) {
      const earlier = this.demands[(this.next - back + MOST_SAMPLES) % MOST_SAMPLES] ?? demandPages;
      leastPages = Math.min(leastPages, earlier);
    }
    this.demands[this.next] = demandPages;
    this.next = (this.next + 1) % MOST_SAMPLES;
    this.filled = Math.min(this.filled + 1, MOST_SAMPLES);
    return demandPages - leastPages;
  }
}
