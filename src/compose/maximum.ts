import type { OpenBackend } from "../core/backend.ts";
import { SelfballoonError } from "../core/errors.ts";

const READ_DEADLINE_MS = 3000;

/** What the guest that we run in may have at most; null if its balloon can't be opened or does not say. */
export async function maximumBytes(opening: OpenBackend | Promise<OpenBackend>): Promise<number | null> {
  const signal = AbortSignal.timeout(READ_DEADLINE_MS);
  try {
    const opened = await opening;
    const [guest = ""] = await opened.guests(signal);
    const { observation } = await opened.observe(guest, signal);
    return observation.balloonMaxPages === null ? null : observation.balloonMaxPages * observation.pageBytes;
  } catch (thrown) {
    if (!(thrown instanceof SelfballoonError)) throw thrown;
    return null; // what can't be read is said by those who judge it
  }
}
