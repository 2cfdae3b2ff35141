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
  /** Guests from which this daemon took nothing, having never read them, and that could not be asked at its end. */
  readonly unasked: readonly string[];
}

/** A guest's runner, as far as giving back needs it. */
export type Giver = Pick<GuestRunner, "guest" | "stop" | "giveAll" | "wasDecidedOn">;

/** Nothing was to be given back. */
export const NOTHING_RELEASED: Released = { given: [], failed: [], unasked: [] };

/**
 * Give these guests all that they may have. Each is tried, whatever becomes of the others; what went wrong is recorded and
 * returned. `isLast`: their runners end first, and one that could never be read is no failure then, because this daemon took
 * nothing from it; what an earlier one took, nobody knows.
 */
export async function giveBack(runners: readonly Giver[], journal: Journal, isLast = false): Promise<Released> {
  const given: Gift[] = [];
  const failed: { guest: string; thrown: unknown }[] = [];
  const unasked: string[] = [];
  const gives = runners.map(async (runner) => {
    const { guest } = runner;
    try {
      if (isLast) await runner.stop();
      const gift = await runner.giveAll("asked");
      if (gift !== null) given.push(gift);
    } catch (thrown) {
      if (thrown instanceof SelfballoonError && thrown.code === "ERR_GUEST_UNKNOWN") return; // it has disappeared
      new FaultLog(guest, journal).tell(problemFrom(thrown), null);
      if (isLast && !runner.wasDecidedOn) unasked.push(guest);
      else failed.push({ guest, thrown });
    }
  });
  await Promise.all(gives);
  return { given, failed, unasked };
}
