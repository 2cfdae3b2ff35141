import type { Cancellation } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";

/**
 * Wait for `work`, but not longer than `deadlineMs`. The work itself goes on; who started it must make its late end
 * harmless.
 * @throws ERR_DEADLINE, naming `what`.
 */
export function withDeadline<T>(work: Promise<T>, what: string, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(selfballoonError("ERR_DEADLINE", { what, deadlineMs })), deadlineMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Wait for `work`, but not after `cancellation` aborts. The work itself goes on to its own deadline, and asks with
 * `requireGoing` before it changes anything.
 * @throws ERR_CANCELLED, naming `what`.
 */
export function cancellable<T>(work: Promise<T>, what: string, cancellation: Cancellation): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(selfballoonError("ERR_CANCELLED", { what }));
    if (cancellation.aborted) cancel();
    cancellation.addEventListener("abort", cancel, { once: true });
    work.then(resolve, reject).finally(() => cancellation.removeEventListener("abort", cancel));
  });
}

/** @throws ERR_CANCELLED, naming `what`, if `cancellation` has aborted. */
export function requireGoing(what: string, cancellation: Cancellation): void {
  if (cancellation.aborted) throw selfballoonError("ERR_CANCELLED", { what });
}
