import { holdUntil, type SafetyRule } from "./safety.ts";

/** Emergencies that come back hold the target for longer each time; `emergency.ts` counts them. */
export const backOff: SafetyRule = {
  sentence: "Memory ran short more than once: the guest keeps what it has for a while.",
  minTargetPages: ({ emergency }, input) => holdUntil(emergency.recurrence.untilMs, input),
};
