import type { Gift } from "../core/control.ts";
import { SelfballoonError } from "../core/errors.ts";
import { problemFrom } from "./fault.ts";
import { FaultLog } from "./fault-log.ts";
import type { GuestRunner } from "./guest-runner.ts";
import type { Journal } from "./journal.ts";

/** What came of giving memory back. */
export interface Released {
  /** What those were given that were given anything. */
  readonly given: readonly Gift[];
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
  const given: Gift[] = [];
  const failed: { guest: string; thrown: unknown }[] = [];
  const gives = runners.map(async (runner) => {
    const { guest } = runner;
    try {
      if (isLast) await runner.stop();
      const gift = await runner.giveAll("asked");
      if (gift !== null) given.push(gift);
    } catch (thrown) {
      if (thrown instanceof SelfballoonError && thrown.code === "ERR_GUEST_UNKNOWN") return; // it has disappeared
      new FaultLog(guest, journal).tell(problemFrom(thrown), null);
      failed.push({ guest, thrown });
    }
  });
  await Promise.all(gives);
  return { given, failed };
}
