import type { Emergency } from "./emergency.ts";
import type { GuardInput } from "./input.ts";

/** After an emergency the target falls by at most this share of the guest's RAM at a step. */
const GENTLE_SHARE = 1 / 32;

/** Memory that is in use is never taken, nor the headroom beside it. */
export const inUse = {
  sentence: "Memory that is in use stays, and the headroom beside it.",
  minTargetPages: ({ emergency }: { readonly emergency: Emergency }, input: GuardInput): number => {
    const { totalramPages } = input.observation;
    const isGentle = input.nowMs < emergency.gentleUntilMs;
    return Math.max(usedPages(input), isGentle ? totalramPages - Math.floor(totalramPages * GENTLE_SHARE) : 0);
  },
};

/** Memory that is not available, and the headroom, in pages; 0 for a kernel that does not say: then the law stands alone. */
export function usedPages({ observation, headroomPages, without }: GuardInput): number {
  const { availablePages, totalramPages } = observation;
  if (availablePages === null || without.has("in_use")) return 0;
  return Math.max(0, totalramPages - availablePages) + headroomPages;
}
