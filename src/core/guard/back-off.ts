import type { Emergency } from "./emergency.ts";
import { holdUntil } from "./hold.ts";
import type { GuardInput } from "./input.ts";

/** Emergencies that come back hold the target for longer each time; `emergency.ts` counts them. */
export const backOff = {
  sentence: "Memory ran short more than once: the guest keeps what it has for a while.",
  minTargetPages: ({ emergency }: { readonly emergency: Emergency }, input: GuardInput): number =>
    holdUntil(emergency.recurrence.untilMs, input),
};
