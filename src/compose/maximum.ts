import type { Backend } from "../core/backend.ts";
import { SelfballoonError } from "../core/errors.ts";

const READ_DEADLINE_MS = 3000;

/** What the guest that we run in may have at most; null if its balloon does not say. */
export async function maximumBytes(backend: Backend): Promise<number | null> {
  const signal = AbortSignal.timeout(READ_DEADLINE_MS);
  try {
    const opened = await backend.open();
    const [guest = ""] = await opened.guests(signal);
    const { observation } = await opened.observe(guest, signal);
    return observation.balloonMaxPages === null ? null : observation.balloonMaxPages * observation.pageBytes;
  } catch (thrown) {
    if (!(thrown instanceof SelfballoonError)) throw thrown;
    return null; // what can't be read is said by those who judge it
  }
}
