import type { Cancellation, OpenBackend } from "./backend.ts";

/**
 * All guests there are now, for who looks for them once: where there are too many for one look, until all were asked.
 * @throws what `guests` throws; if `cancellation` aborts too.
 */
export async function allGuests(backend: OpenBackend, cancellation: Cancellation): Promise<readonly string[]> {
  for (;;) {
    const found = await backend.guests(cancellation);
    const problems = backend.problems?.() ?? [];
    if (!problems.some(({ code }) => code === "ERR_GUESTS_WAITING")) return found;
  }
}
