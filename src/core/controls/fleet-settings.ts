import { problemOf, selfballoonError } from "../errors.ts";
import { globMatcher } from "../glob.ts";
import { findTerm } from "../guest-terms.ts";
import type { HostRules } from "../host/rules.ts";
import { type GuestTerms, NO_LIMITS } from "../limits.ts";
import { refusedWrite } from "../refused-write.ts";
import { type Configured, chooseSetting, type Settings, SOURCES, type Source } from "../settings.ts";
import { TUNABLES, type TunableName, type Tunables } from "../tunables.ts";
import { type GuestSettings, NOTHING_SET, namedSettings, termsWith, withChanges } from "./guest-settings.ts";

/** Settings by their names, as they were said: not judged yet. */
export type SaidSettings = Readonly<Record<string, string>>;

/** What a fleet says to the hosts of one scope. */
export interface ScopeSettings {
  /** Whom it is said to, for people: `all`, `rack=a1`, `host h1`. */
  readonly scope: string;
  /** Tunables for all guests. */
  readonly settings: SaidSettings;
  /** Limits and tunables of the guests that a name or glob stands for. */
  readonly guests: Readonly<Record<string, SaidSettings>>;
}

/** A setting that this host does not take. */
export interface RefusedSetting {
  readonly scope: string;
  /** The guests that it is for; null: all. */
  readonly guest: string | null;
  readonly name: string;
  readonly problem: string;
}

/** What a host takes of what its fleet says. */
export interface FleetSettings {
  readonly tunables: Partial<Tunables>;
  readonly guests: readonly { readonly matches: (guest: string) => boolean; readonly set: GuestSettings }[];
  readonly refused: readonly RefusedSetting[];
}

/** The fleet says nothing. */
export const NO_FLEET_SETTINGS: FleetSettings = Object.freeze({ tunables: {}, guests: [], refused: [] });

const ANYBODY: GuestTerms = { ...NO_LIMITS, isManaged: true };

/**
 * Judge what a fleet says by the rules of every other way in. Of the same setting the one that is said last holds: `scopes` come
 * from the general to the particular, and within one the patterns in the order of their characters, in which `*` is first.
 * What is refused counts as not said.
 * @param hasTerms whether guests share this host, and so have limits.
 */
export function judgeFleetSettings(
  scopes: readonly ScopeSettings[],
  settings: Settings,
  hasTerms: boolean,
): FleetSettings {
  const refused: RefusedSetting[] = [];
  const tunables: Partial<Record<TunableName, number>> = {};
  for (const { scope, settings: said } of scopes)
    for (const [name, text] of Object.entries(said)) {
      const change = chooseSetting(settings, name, text, true);
      if (change.ok) tunables[change.name] = change.value;
      else
        refused.push({ scope, guest: null, name, problem: refusedWrite(settings, name, text, change.refusal).message });
    }
  const guests = scopes.flatMap(({ scope, guests: byPattern }) =>
    Object.keys(byPattern)
      .sort()
      .map((pattern) => {
        const judged = judgeForGuests(byPattern[pattern] ?? {}, settings, hasTerms);
        refused.push(...judged.refused.map((one) => ({ scope, guest: pattern, ...one })));
        return { matches: globMatcher(pattern), set: judged.set };
      }),
  );
  return { tunables, guests, refused };
}

function judgeForGuests(
  said: SaidSettings,
  settings: Settings,
  hasTerms: boolean,
): { readonly set: GuestSettings; readonly refused: readonly Pick<RefusedSetting, "name" | "problem">[] } {
  const refused: Pick<RefusedSetting, "name" | "problem">[] = [];
  let set = NOTHING_SET;
  for (const [name, text] of Object.entries(said)) {
    try {
      if (!hasTerms && findTerm(name) !== null) throw selfballoonError("ERR_NO_GUEST_SETTINGS");
      set = withChanges(set, { [name]: text }, ANYBODY, settings, true);
    } catch (thrown) {
      refused.push({ name, problem: problemOf(thrown) });
    }
  }
  return { set, refused };
}

/** The configuration with what the fleet says: it beats what the file says, and what was said of single guests beats both. */
export function configuredWithFleet(configured: Configured, fleet: FleetSettings): Configured {
  const { settings, sources, guestTunables } = configured;
  const taken = TUNABLES.flatMap(({ name }) => {
    const value = fleet.tunables[name];
    return value === undefined || isStronger(sources[name] ?? "default") ? [] : [[name, value] as const];
  });
  return {
    settings: { ...settings, values: Object.freeze({ ...settings.values, ...Object.fromEntries(taken) }) },
    sources: { ...sources, ...Object.fromEntries(taken.map(([name]) => [name, "fleet" as const])) },
    guestTunables: (guest) => ({ ...guestTunables(guest), ...saidOf(fleet, guest).tunables }),
    namedByFleet: (guest) => Object.keys(namedSettings(saidOf(fleet, guest))),
  };
}

/** The host's rules with what the fleet says of its guests. Who is managed without being named stays as it is. */
export function rulesWithFleet(rules: HostRules, fleet: FleetSettings): HostRules {
  return { ...rules, terms: (guest) => termsWith(saidOf(fleet, guest), rules.terms(guest)) };
}

function saidOf({ guests }: FleetSettings, guest: string): GuestSettings {
  const said = guests.filter(({ matches }) => matches(guest)).map(({ set }) => set);
  return {
    terms: Object.assign({}, ...said.map(({ terms }) => terms)),
    tunables: Object.assign({}, ...said.map(({ tunables }) => tunables)),
  };
}

function isStronger(source: Source): boolean {
  return SOURCES.indexOf(source) > SOURCES.indexOf("fleet");
}
