import { allocatable } from "./allocatable.ts";
import { backOff } from "./back-off.ts";
import { emergency } from "./emergency.ts";
import { hotCache } from "./hot-cache.ts";
import { implausible } from "./implausible.ts";
import { inUse } from "./in-use.ts";
import type { Safety, SafetyRule } from "./safety.ts";
import { stuck } from "./stuck.ts";

/** What the guard watches over, by name. Each one can be left out by a scenario, to show what it is good for. */
export const SAFETIES: Readonly<Record<Safety, SafetyRule>> = {
  emergency,
  back_off: backOff,
  stuck,
  hot_cache: hotCache,
  implausible,
  in_use: inUse,
  allocatable,
};
