/** The safeties, in the order in which they are asked; of equal bounds the first one is the reason. */
export const SAFETY_NAMES = [
  "emergency",
  "back_off",
  "stuck",
  "hot_cache",
  "implausible",
  "in_use",
  "allocatable",
  "single_rise",
] as const;

export type Safety = (typeof SAFETY_NAMES)[number];
