/** A document that is younger than this is shared. */
const MAX_AGE_MS = 200;

interface Kept {
  readonly madeMs: number;
  readonly body: Promise<Buffer>;
}

/**
 * Documents that cost much to make and are the same for whoever asks, such as the list of guests: each is made at most five
 * times a second, however many ask, and held once, however many have not read it yet.
 */
export class Documents {
  private readonly nowMs: () => number;
  private readonly kept = new Map<string, Kept>();

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  /** The document `name`, by `make` if the last one is too old. `name` must be one of few. */
  get(name: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const nowMs = this.nowMs();
    const found = this.kept.get(name);
    if (found !== undefined && nowMs - found.madeMs < MAX_AGE_MS) return found.body;
    const body = make();
    this.kept.set(name, { madeMs: nowMs, body });
    return body;
  }

  /** Forget all: something was changed, and whoever changed it must see so. */
  clear(): void {
    this.kept.clear();
  }
}
