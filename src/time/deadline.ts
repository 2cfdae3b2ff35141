import { selfballoonError } from "../core/errors.ts";
import type { Clock } from "./clock.ts";

/**
 * Do `work`, which is handed a signal that aborts after `deadlineMs`; whatever it does with that, the wait ends then.
 * @throws ERR_DEADLINE naming `what`.
 */
export async function withDeadline<T>(
  clock: Clock,
  deadlineMs: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let cancel = (): void => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(deadlineMs, () => {
      controller.abort();
      reject(selfballoonError("ERR_DEADLINE", { what, deadlineMs }));
    });
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    cancel();
  }
}

/** Whether `work` ends within `durationMs`; it continues if it does not. A failure of it in that time is thrown. */
export async function endsWithin(clock: Clock, durationMs: number, work: Promise<unknown>): Promise<boolean> {
  let cancel = (): void => {};
  const late = new Promise<boolean>((resolve) => {
    cancel = clock.after(durationMs, () => resolve(false));
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    cancel();
  }
}
