/**
 * Pages that are brought back before it is judged what that did: 1 MiB where pages have 4 KiB. Kernels up to 6.14 free
 * swap in lots of 64 pages a processor, so that a smaller number tells nothing.
 */
export const BATCH_PAGES = 256;

/** Where less than this part of a batch became free, going on would cost more than it brings. */
const MIN_EFFECT = 1 / 4;

/** Whether pages that are brought back become free, judged a batch at a time for each process and swap device. */
export class Effect {
  private of = "";
  private touchedPages = 0;
  private freedPages = 0;

  /** Of the process and device that `of` names, so many pages were brought back, and so many became free. */
  note(of: string, touchedPages: number, freedPages: number): void {
    if (this.of !== of) this.restart();
    this.of = of;
    this.touchedPages += touchedPages;
    this.freedPages += freedPages;
  }

  /** True if a batch has been brought back to little effect. Then the next batch is judged again. */
  isFutile(): boolean {
    if (this.touchedPages < BATCH_PAGES) return false;
    const isFutile = this.freedPages < this.touchedPages * MIN_EFFECT;
    this.restart();
    return isFutile;
  }

  private restart(): void {
    this.touchedPages = 0;
    this.freedPages = 0;
  }
}
