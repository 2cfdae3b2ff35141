import type { TermValue } from "../core/guest-terms.ts";
import { riskOf } from "../core/tunable-risks.ts";
import { findTunable } from "../core/tunables.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { bytesText } from "./amounts.ts";

/**
 * What an operator should know before a guest's setting of that name becomes `value`, a sentence; null: nothing.
 * @param hasBytes what the guest has; null if that is not known.
 */
export function settingDanger(name: string, value: TermValue, hasBytes: number | null): string | null {
  if (name === "managed" && value === false) return "It gets its memory back, and its balloon is moved no more.";
  if (name === "selfballooning" && value === 0) return "Its balloon stays where it is, also when memory runs short.";
  if (typeof value !== "number") return null;
  const tunable = findTunable(name);
  if (tunable !== null) return riskOf(tunable.name, value);
  if (name !== "max_mb" || hasBytes === null) return null;
  const maxBytes = value * BYTES_PER_MIB;
  if (maxBytes >= hasBytes) return null;
  return `It has ${bytesText(hasBytes)} now, and goes down to ${bytesText(maxBytes)} as its memory comes free.`;
}
