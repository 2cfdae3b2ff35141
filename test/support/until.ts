import { PATIENCE_MS } from "./patience.ts";

/** Wait until `look` finds something, and give that. `what` is waited for, in the error if it never comes. */
export async function until<T>(what: string, look: () => T | null | Promise<T | null>): Promise<T> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > endMs) throw new Error(`waited ${PATIENCE_MS} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
