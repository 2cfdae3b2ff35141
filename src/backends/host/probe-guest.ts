import type { OpenBackend } from "../../core/backend.ts";
import type { ReadingFacts } from "./guest-facts.ts";
import { asSelfballoonError, hasCode } from "./thrown.ts";

/**
 * Read a guest as a step does. The backend, which must know one guest at least, is closed after it.
 * @param guest its name; null: the first that there is.
 */
export async function probeGuest(
  backend: OpenBackend,
  guest: string | null,
  deadlineMs: number,
): Promise<ReadingFacts> {
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const [first = ""] = guest === null ? await backend.guests(signal) : [guest];
    const { observation, unballoonedBytes = 0 } = await backend.observe(first, signal);
    const { swapTotalPages, balloonMaxPages, pageBytes } = observation;
    const bytes = (pages: number | null): number | null => (pages === null ? null : pages * pageBytes);
    return {
      isByAgent: swapTotalPages !== null, // only the agent knows of swap
      problem: null,
      isLeftAlone: false,
      swapBytes: bytes(swapTotalPages),
      maximumBytes: bytes(balloonMaxPages),
      unballoonedBytes,
    };
  } catch (thrown) {
    const { message } = asSelfballoonError(thrown);
    const isLeftAlone = hasCode(thrown, "ERR_GUEST_LEFT_ALONE");
    return {
      isByAgent: false,
      problem: message,
      isLeftAlone,
      swapBytes: null,
      maximumBytes: null,
      unballoonedBytes: 0,
    };
  } finally {
    await backend.close();
  }
}
