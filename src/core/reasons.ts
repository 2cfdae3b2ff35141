import { SAFETIES } from "./guard/safeties.ts";

/** Why a step chose its target. One word for logs and metrics, one sentence for people. */
export const REASONS = {
  lower: "The guest has more than its goal: the target goes down a part of the way.",
  raise: "The guest has less than its goal: the target goes up.",
  at_goal: "The guest has its goal, or is within one division's rounding of it.",
  at_floor: "The goal is below the floor, and the guest is at the floor.",
  at_maximum: "The goal is above what the guest may have, and the guest has that.",
  off: "selfballooning is 0: the balloon is left alone.",
  missing: "A reading that the law needs was not there: the target stays as it is.",
  ...SAFETIES,
} as const satisfies Record<string, string>;

export type Reason = keyof typeof REASONS;

/** What cut a target that the law had chosen. */
export const CLAMPS = {
  floor: "The law wanted less than the floor.",
  maximum: "The law wanted more than the guest may have.",
} as const satisfies Record<string, string>;

export type Clamp = keyof typeof CLAMPS;
