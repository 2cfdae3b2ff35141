import { TERMS, type TermValue } from "../guest-terms.ts";
import { type GuestTerms, NO_LIMITS } from "../limits.ts";
import { existingTunables, type Source } from "../settings.ts";
import type { TunableName, Tunables } from "../tunables.ts";
import { type GuestSettings, termsWith } from "./guest-settings.ts";

/** One setting of one guest as it stands. */
export interface GuestSettingStatus {
  readonly name: string;
  /** Null: none, as a maximum may be. */
  readonly value: TermValue;
  /** What it is once it is reset. */
  readonly configured: TermValue;
  readonly source: Source;
  /** True if it was said of this guest, and not of all. */
  readonly isOwn: boolean;
}

/** What a guest's settings are made of. */
export interface SettingsOfGuest {
  readonly set: GuestSettings;
  readonly configuredTerms: GuestTerms;
  /** The tunables in force for it, and those that would be without what was set. */
  readonly tunables: Tunables;
  readonly configuredTunables: Tunables;
  /** Tunables that the configuration sets for this guest. */
  readonly ownTunables: Partial<Tunables>;
  /** What of it its host's fleet says. */
  readonly namedByFleet: readonly string[];
  /** Where the values for all guests come from. */
  readonly sources: Readonly<Partial<Record<TunableName, Source>>>;
  readonly hasCompressedSwap: boolean;
}

/** Every setting of a guest as it stands, terms first. */
export function listSettings(of: SettingsOfGuest): readonly GuestSettingStatus[] {
  const { set, configuredTerms, tunables, configuredTunables, ownTunables, namedByFleet, sources } = of;
  const said = (name: string): Source => (namedByFleet.includes(name) ? "fleet" : "file");
  const inForce = termsWith(set, configuredTerms);
  const terms = TERMS.map(({ name, term }): GuestSettingStatus => {
    const isConfigured = shown(configuredTerms[term]) !== shown({ ...NO_LIMITS, isManaged: false }[term]);
    const source = set.terms[term] === undefined ? (isConfigured ? said(name) : "default") : "runtime";
    return { name, value: shown(inForce[term]), configured: shown(configuredTerms[term]), source, isOwn: true };
  });
  const names = existingTunables(of);
  return [
    ...terms,
    ...names.map((name): GuestSettingStatus => {
      const isSet = set.tunables[name] !== undefined;
      const isOwn = isSet || ownTunables[name] !== undefined;
      const source = isSet ? "runtime" : isOwn ? said(name) : (sources[name] ?? "default");
      return { name, value: tunables[name], configured: configuredTunables[name], source, isOwn };
    }),
  ];
}

/** No minimum is written as 0, which the operator can't say. */
function shown(value: GuestTerms[keyof GuestTerms]): TermValue {
  return value === 0 ? null : value;
}
