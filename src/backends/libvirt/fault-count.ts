/**
 * Tells that another kernel runs in a guest than before, by its count of page faults, which only grows (Linux: pgfault of
 * /proc/vmstat, and the minor faults of the balloon's statistics).
 */
export class FaultCount {
  private last: number | null = null;

  /** It is known without it that another kernel runs now. */
  forget(): void {
    this.last = null;
  }

  /** Take in the count; null: there is none. @returns whether it went back. */
  wentBack(count: number | null): boolean {
    const { last } = this;
    this.last = count ?? last;
    return count !== null && last !== null && count < last;
  }
}
