import type { Observation } from "../core/observation.ts";

/** When a guest was read, and how long tasks had waited for memory by then. */
export type PressureReading = Pick<Observation, "t" | "psiSomeTotalUs">;

/** Time in which some task waited for memory between two readings, in percent; null where it is not told. */
export function pressurePercent(before: PressureReading, after: PressureReading): number | null {
  const { psiSomeTotalUs: from } = before;
  const { psiSomeTotalUs: to } = after;
  const seconds = after.t - before.t;
  if (from === null || to === null || to < from || seconds <= 0) return null;
  return Math.min(100, ((to - from) / (seconds * 1_000_000)) * 100);
}
