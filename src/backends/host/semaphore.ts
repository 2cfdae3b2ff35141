import type { Cancellation } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";
import { onAbort, requireGoing } from "./cancellation.ts";

/**
 * Does a piece of work when its turn comes.
 * @throws ERR_BUSY if too many wait already; ERR_CANCELLED if `cancellation` aborts before the turn comes. In both cases
 * the work was not begun and never will be.
 */
export type Semaphore = <T>(work: () => Promise<T>, cancellation?: Cancellation) => Promise<T>;

/** Lets at most `max` pieces of work run at a time, in the order in which they came, and `maxWaiting` wait. */
export function createSemaphore(max: number, maxWaiting = Number.POSITIVE_INFINITY): Semaphore {
  const waiting = new Set<() => void>();
  let running = 0;
  const wait = (cancellation: Cancellation | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const cancel = (): void => {
        waiting.delete(begin);
        reject(selfballoonError("ERR_CANCELLED", { what: WAITING }));
      };
      const forget = cancellation === undefined ? undefined : onAbort(cancellation, cancel);
      const begin = (): void => {
        forget?.();
        resolve();
      };
      waiting.add(begin);
    });
  const leave = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    waiting.delete(next); // it takes over this turn
    next();
  };
  return async (work, cancellation) => {
    if (running < max) running += 1;
    else if (waiting.size < maxWaiting) await wait(cancellation);
    else throw selfballoonError("ERR_BUSY", { most: maxWaiting });
    try {
      if (cancellation !== undefined) requireGoing(WAITING, cancellation);
      return await work();
    } finally {
      leave();
    }
  };
}

const WAITING = "waiting for a turn";
