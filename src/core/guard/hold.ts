import type { GuardInput } from "./input.ts";

/** The bound of a safety that holds a guest where it is until a time. */
export function holdUntil(untilMs: number, { nowMs, observation }: GuardInput): number {
  return nowMs < untilMs ? observation.totalramPages : 0;
}
