/** What a moment that has no room of its own is kept by. */
export type Choose<Moment> = (earlier: Moment, later: Moment) => Moment;

/** The first width of a part of time; it doubles as time grows. */
const FIRST_WIDTH_MS = 1000;

/**
 * Keeps a bounded number of moments of a time of unknown length: time is cut into parts of one width, and each keeps one
 * moment. When there are too many parts, two become one.
 */
export class Sampler<Moment extends { readonly atMs: number }> {
  private readonly choose: Choose<Moment>;
  private parts = new Map<number, Moment>();
  private widthMs = FIRST_WIDTH_MS;

  constructor(choose: Choose<Moment>) {
    this.choose = choose;
  }

  /** Take in a moment, and keep at most `max`. Moments may come in any order. */
  add(moment: Moment, max: number): void {
    this.keep(moment);
    while (this.parts.size > Math.max(1, max)) this.widen();
  }

  /** What was kept, oldest first. */
  moments(): readonly Moment[] {
    return [...this.parts.values()].sort((a, b) => a.atMs - b.atMs);
  }

  private keep(moment: Moment): void {
    const part = Math.floor(moment.atMs / this.widthMs);
    const other = this.parts.get(part);
    if (other === undefined) this.parts.set(part, moment);
    else this.parts.set(part, other.atMs <= moment.atMs ? this.choose(other, moment) : this.choose(moment, other));
  }

  private widen(): void {
    const moments = this.moments();
    this.widthMs *= 2;
    this.parts = new Map();
    for (const moment of moments) this.keep(moment);
  }
}
