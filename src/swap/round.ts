/**
 * Where the search for swapped pages stands. A round goes once through the processes that had swapped pages when it
 * began; a run continues where the last one ended, so that what can't be freed is met once a round and holds nothing up.
 */
export class Round {
  private pids: readonly number[] | null = null;
  private address = 0;
  private readonly futile = new Set<string>();

  /** True if nothing was looked at in this round yet. */
  get isFresh(): boolean {
    return this.pids === null;
  }

  /** The process to look at next, found by `list` if the round begins; null at the end of the round. */
  next(list: () => readonly number[]): number | null {
    this.pids ??= list();
    return this.pids[0] ?? null;
  }

  /** Where to continue in the memory of that process. */
  get fromAddress(): number {
    return this.address;
  }

  moveTo(address: number): void {
    this.address = address;
  }

  /** That process is done. */
  finish(): void {
    this.pids = this.pids?.slice(1) ?? null;
    this.address = 0;
  }

  /** Pages of `pid` on this swap device do not become free: they are left alone for this round. */
  leave(pid: number, device: number): void {
    this.futile.add(`${pid}:${device}`);
  }

  isLeft(pid: number, device: number): boolean {
    return this.futile.has(`${pid}:${device}`);
  }

  restart(): void {
    this.pids = null;
    this.address = 0;
    this.futile.clear();
  }
}
