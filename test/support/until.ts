import { PATIENCE_MS } from "./patience.ts";

type NotYet = null | undefined | false;

/**
 * Wait until `look` finds something, and give that; null, undefined and false are nothing yet. `what` is waited for, in
 * the error if it never comes.
 */
export async function until<T>(what: string, look: () => T | NotYet | Promise<T | NotYet>): Promise<T> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > endMs) throw new Error(`waited ${PATIENCE_MS} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
