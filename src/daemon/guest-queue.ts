/** What is done for one guest, one task after the other. */
export class GuestQueue {
  private readonly onProblem: (thrown: unknown) => void;
  private underWay: Promise<void> = Promise.resolve();

  /** `onProblem`: told of what a task threw, which keeps no later task from being done. */
  constructor(onProblem: (thrown: unknown) => void) {
    this.onProblem = onProblem;
  }

  /** Do `task` when what was added before has ended. Resolves when it has, well or not. */
  add(task: () => Promise<void>): Promise<void> {
    this.underWay = this.underWay.then(task).catch(this.onProblem);
    return this.underWay;
  }

  /** Resolves when all that was added has ended. */
  ended(): Promise<void> {
    return this.underWay;
  }
}
