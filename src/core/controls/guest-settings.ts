import { selfballoonError } from "../errors.ts";
import { areConsistent, describeTerm, findTerm, readTerm, TERMS, type TermValue } from "../guest-terms.ts";
import { type GuestTerms, NO_LIMITS } from "../limits.ts";
import { refusedWrite } from "../refused-write.ts";
import { chooseSetting, type Settings } from "../settings.ts";
import { findTunable, type Tunables } from "../tunables.ts";

/** What the operator said of one guest since the start of things: it beats the configuration, and is kept over restarts. */
export interface GuestSettings {
  readonly terms: Partial<GuestTerms>;
  readonly tunables: Partial<Tunables>;
}

/** The same by the names that the operator knows. */
export type NamedSettings = Readonly<Record<string, Exclude<TermValue, null>>>;

/** New text for settings of one guest; null: as the configuration says. */
export type SettingChanges = Readonly<Record<string, string | null>>;

/** Nothing was said. */
export const NOTHING_SET: GuestSettings = Object.freeze({ terms: {}, tunables: {} });

/** More than a daemon manages, with room for guests that are away. */
export const MAX_GUESTS_SET = 8192;

/** By guest name: a guest may come and go. */
export type AllGuestSettings = ReadonlyMap<string, GuestSettings>;

/**
 * What is set after these changes, all of them or none; `configured` is what the configuration says of the guest's terms.
 * @throws ERR_GUEST_SETTING_UNKNOWN, ERR_GUEST_SETTING_INVALID, ERR_GUEST_LIMITS, or why a tunable was refused.
 */
export function withChanges(
  before: GuestSettings,
  changes: SettingChanges,
  configured: GuestTerms,
  settings: Settings,
  privileged: boolean,
): GuestSettings {
  const after = Object.entries(changes).reduce(
    (set, [name, text]) => (text === null ? without(set, name) : withText(set, name, text, settings, privileged)),
    before,
  );
  const { minMb, maxMb } = { ...configured, ...after.terms };
  if (!areConsistent({ minMb, maxMb })) throw selfballoonError("ERR_GUEST_LIMITS", { minMb, maxMb: maxMb ?? 0 });
  return after;
}

function withText(
  { terms, tunables }: GuestSettings,
  name: string,
  text: string,
  settings: Settings,
  privileged: boolean,
): GuestSettings {
  const row = findTerm(name);
  if (row !== null) {
    const read = readTerm(row, text);
    if (read !== null) return { terms: { ...terms, ...read }, tunables };
    const value = JSON.stringify(text.slice(0, 40));
    throw selfballoonError("ERR_GUEST_SETTING_INVALID", { name, range: describeTerm(row), value });
  }
  if (findTunable(name) === null) throw unknown(name);
  const change = chooseSetting(settings, name, text, privileged);
  if (!change.ok) throw refusedWrite(settings, name, text, change.refusal);
  return { terms, tunables: { ...tunables, [change.name]: change.value } };
}

function without({ terms, tunables }: GuestSettings, name: string): GuestSettings {
  const row = findTerm(name);
  if (row === null && findTunable(name) === null) throw unknown(name);
  return { terms: omit(terms, row?.term ?? ""), tunables: omit(tunables, name) };
}

function omit<Values extends object>(values: Values, name: string): Values {
  return Object.fromEntries(Object.entries(values).filter(([one]) => one !== name)) as Values;
}

function unknown(name: string): Error {
  return selfballoonError("ERR_GUEST_SETTING_UNKNOWN", { name: JSON.stringify(name.slice(0, 64)), hint: "" });
}

/** What is set, by name. */
export function namedSettings({ terms, tunables }: GuestSettings): NamedSettings {
  const named = TERMS.flatMap(({ name, term }) => {
    const value = terms[term];
    return value === undefined || value === null ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(named), ...tunables };
}

/**
 * What was set before a restart, by the rules of today.
 * @throws where a part of it is refused by them.
 */
export function restoredSettings(kept: ReadonlyMap<string, NamedSettings>, settings: Settings): AllGuestSettings {
  const anybody: GuestTerms = { ...NO_LIMITS, isManaged: true };
  return new Map(
    [...kept].map(([guest, named]) => {
      const changes = Object.fromEntries(Object.entries(named).map(([name, value]) => [name, String(value)]));
      return [guest, withChanges(NOTHING_SET, changes, anybody, settings, true)];
    }),
  );
}

/** A guest's terms: what was set of them, else as configured. Where both together contradict each other, the maximum holds. */
export function termsWith({ terms }: GuestSettings, configured: GuestTerms): GuestTerms {
  const all = { ...configured, ...terms };
  return areConsistent(all) ? all : { ...all, minMb: all.maxMb ?? all.minMb };
}
