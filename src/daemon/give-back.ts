import { SelfballoonError } from "../core/errors.ts";
import { problemFrom } from "./fault.ts";
import { FaultLog } from "./fault-log.ts";
import type { GuestRunner } from "./guest-runner.ts";
import type { Journal } from "./journal.ts";

/** What came of giving memory back. */
export interface Released {
  /** Guests that were given theirs. */
  readonly given: readonly string[];
  /** Guests that could not be given theirs, and why. */
  readonly failed: readonly { readonly guest: string; readonly thrown: unknown }[];
}

/** Nothing was to be given back. */
export const NOTHING_RELEASED: Released = { given: [], failed: [] };

/**
 * Give these guests all that they may have. Each is tried, whatever becomes of the others; what went wrong is recorded and
 * returned. `isLast`: their runners end first.
 */
export async function giveBack(runners: readonly GuestRunner[], journal: Journal, isLast = false): Promise<Released> {
  const given: string[] = [];
  const failed: { guest: string; thrown: unknown }[] = [];
  const gives = runners.map(async (runner) => {
    const { guest } = runner;
    try {
      if (isLast) await runner.stop();
      if (await runner.giveAll("asked")) given.push(guest);
    } catch (thrown) {
      if (thrown instanceof SelfballoonError && thrown.code === "ERR_GUEST_UNKNOWN") return; // it has disappeared
      new FaultLog(guest, journal).tell(problemFrom(thrown), null);
      failed.push({ guest, thrown });
    }
  });
  await Promise.all(gives);
  return { given, failed };
}
