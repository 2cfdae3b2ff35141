import { describeTerm, findTerm, TERMS } from "../guest-terms.ts";
import { describeRange, findTunable, TUNABLES } from "../tunables.ts";

/** What may be said of one guest, by name: its terms, then tunables. */
export const SETTING_NAMES: readonly string[] = [...TERMS, ...TUNABLES].map(({ name }) => name);

/** What a setting of a guest means, for people. */
export interface SettingMeaning {
  readonly unit: string;
  /** What it takes, in words. */
  readonly range: string;
  readonly summary: string;
}

/** What the setting of that name means; empty if there is none. */
export function meaningOf(name: string): SettingMeaning {
  const term = findTerm(name);
  if (term !== null) return { unit: term.unit, range: describeTerm(term), summary: term.summary };
  const tunable = findTunable(name);
  if (tunable === null) return { unit: "", range: "", summary: "" };
  return { unit: tunable.unit, range: describeRange(tunable), summary: tunable.summary };
}
