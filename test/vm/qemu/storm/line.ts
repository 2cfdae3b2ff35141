import { startState, step } from "../../../../src/core/guest/step.ts";
import { watchLinePages } from "../../../../src/core/guest/watch-line.ts";
import type { StepRecord } from "../../../../src/core/journal-record.ts";
import type { Policy } from "../../../../src/core/policy.ts";
import { mibFromPages } from "../../../../src/core/units.ts";

/**
 * The line of the daemon's watch after these steps of one guest, in MiB available; null while the guest has all its RAM.
 * The daemon does not tell it, so its steps are taken once more. What its watch saw rise between them is not in them and
 * would only lift the line.
 */
export function watchLineMib(steps: readonly StepRecord[], policy: Policy): number | null {
  let state = startState(policy);
  for (const { observation, tunables, atMs } of steps) state = step(state, observation, tunables, atMs).state;
  const last = steps.at(-1);
  if (last === undefined) return null;
  const pages = watchLinePages(state, last.observation, last.decision, last.tunables);
  return pages === null ? null : mibFromPages(pages, last.observation.pageBytes);
}
