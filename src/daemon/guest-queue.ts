/** What is done for one guest, one task after the other. A task never throws: whoever adds it sees to that. */
export class GuestQueue {
  private underWay: Promise<void> = Promise.resolve();

  /** Do `task` when what was added before has ended. Resolves when it has. */
  add(task: () => Promise<void>): Promise<void> {
    this.underWay = this.underWay.then(task);
    return this.underWay;
  }

  /** Resolves when all that was added has ended. */
  ended(): Promise<void> {
    return this.underWay;
  }
}
