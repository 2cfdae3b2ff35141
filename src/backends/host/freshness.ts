/**
 * Tells whether readings with a time stamp still move. The stamp is only compared with the last one; how long it has
 * stood still is measured by our own clock, because the stamp's clock may jump.
 */
export class Freshness {
  private stamp: number | null = null;
  private movedAtMs = 0;

  /**
   * Take in the stamp of a reading. The first one counts as fresh.
   * @returns for how long the stamp has stood still; null if there are no readings yet (no stamp, or 0).
   */
  ageMs(stamp: number | null, nowMs: number): number | null {
    if (stamp === null || stamp === 0) return null;
    if (stamp !== this.stamp) {
      this.stamp = stamp;
      this.movedAtMs = nowMs;
    }
    return nowMs - this.movedAtMs;
  }
}
