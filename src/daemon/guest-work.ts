import { faultOf } from "./fault.ts";
import type { Journal } from "./journal.ts";

/** Different problems that are told of a guest before it is well again. */
const MOST_TOLD = 8;

/** What a guest's work is given. */
export interface GuestWorkOptions {
  readonly guest: string;
  readonly journal: Journal;
  /** A task failed with this guest's or the host's fault. */
  readonly onFault: (thrown: unknown) => void;
  /** What comes after each task, whether it failed or not. */
  readonly afterEach: () => Promise<void>;
}

/**
 * What is done for one guest, one task after the other. A fault is a state of this guest, told once until it is well
 * again; a bug ends the daemon.
 */
export class GuestWork {
  /** What went wrong last; null while the guest is well. */
  problem: string | null = null;
  private readonly options: GuestWorkOptions;
  private readonly told = new Set<string>();
  private underWay: Promise<void> = Promise.resolve();

  constructor(options: GuestWorkOptions) {
    this.options = options;
  }

  /** Do `task` when what is under way has ended, then call `done`. */
  add(task: () => Promise<void>, done: () => void = () => {}): void {
    this.underWay = this.underWay.then(async () => {
      try {
        await task();
        this.problem = null;
        this.told.clear();
      } catch (thrown) {
        this.problem = this.tell(thrown);
        this.options.onFault(thrown);
      }
      await this.options.afterEach().catch((thrown: unknown) => this.tell(thrown));
      done();
    });
  }

  /** Resolves, well or not, when all is done: after a bug the daemon ends, and memory is given back all the same. */
  async ended(): Promise<void> {
    await this.underWay.catch(() => {});
  }

  private tell(thrown: unknown): string {
    const fault = faultOf(this.options.guest, thrown);
    if (!this.told.has(fault.problem) && this.told.size < MOST_TOLD) {
      this.told.add(fault.problem);
      this.options.journal.add(fault);
    }
    return fault.problem;
  }
}
