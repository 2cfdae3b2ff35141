import type { OpenBackend } from "../../core/backend.ts";
import type { GuestFacts } from "./advice.ts";
import { asSelfballoonError } from "./thrown.ts";

/**
 * What only a reading tells: whether the agent answers, and what swap there is. The backend, which must know one guest at
 * least, is closed after it.
 * @param guest its name; null: the first that there is.
 */
export async function probeGuest(
  backend: OpenBackend,
  guest: string | null,
  deadlineMs: number,
): Promise<Pick<GuestFacts, "hasAgent" | "swapBytes">> {
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const [first = ""] = guest === null ? await backend.guests(signal) : [guest];
    const { observation } = await backend.observe(first, signal);
    const { swapTotalPages, pageBytes } = observation;
    // Only the agent tells of swap.
    return {
      hasAgent: swapTotalPages !== null,
      swapBytes: swapTotalPages === null ? null : swapTotalPages * pageBytes,
    };
  } catch (thrown) {
    asSelfballoonError(thrown); // a bug goes on
    return { hasAgent: false, swapBytes: null };
  } finally {
    await backend.close();
  }
}
