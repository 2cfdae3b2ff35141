import type { GuardInput } from "./input.ts";
import type { GuardState } from "./state.ts";

/** The safeties, in the order in which they are asked; of equal bounds the first one is the reason. */
export const SAFETY_NAMES = [
  "emergency",
  "back_off",
  "stuck",
  "hot_cache",
  "implausible",
  "in_use",
  "allocatable",
] as const;

export type Safety = (typeof SAFETY_NAMES)[number];

/** What one safety watches over. */
export interface SafetyRule {
  /** Why a target is where it is when this safety put it there, for people. */
  readonly sentence: string;
  /** The least target that it agrees to, in pages of the guest's RAM; 0 where it has no objection. */
  readonly minTargetPages: (state: GuardState, input: GuardInput) => number;
}

/** The bound of a safety that holds a guest where it is until a time. */
export function holdUntil(untilMs: number, { nowMs, observation }: GuardInput): number {
  return nowMs < untilMs ? observation.totalramPages : 0;
}
