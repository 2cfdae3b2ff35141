import { allocatable } from "./allocatable.ts";
import { backOff } from "./back-off.ts";
import { emergency } from "./emergency.ts";
import { hotCache } from "./hot-cache.ts";
import { implausible } from "./implausible.ts";
import { inUse } from "./in-use.ts";
import type { GuardInput } from "./input.ts";
import type { Safety } from "./names.ts";
import { singleRise } from "./single-rise.ts";
import type { GuardState } from "./state.ts";
import { stuck } from "./stuck.ts";

/** What one safety watches over. */
interface SafetyRule {
  /** Why a target is where it is when this safety put it there, for people. */
  readonly sentence: string;
  /** The least target that it agrees to, in pages of the guest's RAM; 0 where it has no objection. */
  readonly minTargetPages: (state: GuardState, input: GuardInput) => number;
}

/** What the guard watches over, by name. Each one can be left out by a scenario, to show what it is good for. */
export const SAFETIES: Readonly<Record<Safety, SafetyRule>> = {
  emergency,
  back_off: backOff,
  stuck,
  hot_cache: hotCache,
  implausible,
  in_use: inUse,
  allocatable,
  single_rise: singleRise,
};
