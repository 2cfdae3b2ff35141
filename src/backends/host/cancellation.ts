import type { Cancellation } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";

/** Who is told when a cancellation aborts. */
const told = new WeakMap<Cancellation, Set<() => void>>();

/**
 * Call `listener` once if `cancellation` aborts. The platform's own list has one entry for all, since it takes more than
 * ten for a leak, and one cancellation may be that of all guests.
 * @returns how to take the listener back.
 */
export function onAbort(cancellation: Cancellation, listener: () => void): () => void {
  const listeners = told.get(cancellation) ?? listenTo(cancellation);
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function listenTo(cancellation: Cancellation): Set<() => void> {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
    listeners.clear();
  };
  cancellation.addEventListener("abort", tell, { once: true });
  told.set(cancellation, listeners);
  return listeners;
}

/**
 * Wait for `work`, but not after `cancellation` aborts. The work itself continues to its own deadline, and asks with
 * `requireGoing` before it changes anything.
 * @throws ERR_CANCELLED, naming `what`.
 */
export function cancellable<T>(work: Promise<T>, what: string, cancellation: Cancellation): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(selfballoonError("ERR_CANCELLED", { what }));
    if (cancellation.aborted) cancel();
    const forget = onAbort(cancellation, cancel);
    work.then(resolve, reject).finally(forget);
  });
}

/** @throws ERR_CANCELLED, naming `what`, if `cancellation` has aborted. */
export function requireGoing(what: string, cancellation: Cancellation): void {
  if (cancellation.aborted) throw selfballoonError("ERR_CANCELLED", { what });
}
