import type { TunableChanges, TunableStatus } from "../control.ts";
import { selfballoonError } from "../errors.ts";
import type { GuestTerms } from "../limits.ts";
import { refusedWrite } from "../refused-write.ts";
import { type Configured, chooseSetting, effectiveTunables, existingTunables, resetSetting } from "../settings.ts";
import type { TunableName, Tunables } from "../tunables.ts";
import {
  type AllGuestSettings,
  type GuestSettings,
  MAX_GUESTS_SET,
  NOTHING_SET,
  type SettingChanges,
  termsWith,
  withChanges,
} from "./guest-settings.ts";
import { ALL_MANAGED, type Hand, type Hands, handOf, withHand } from "./hands.ts";

/** What the operator says: by the configuration, and since the start. Immutable: every change gives a new one. */
export interface Controls {
  /** What is in force for all guests: `base`, and what was written since. */
  readonly configured: Configured;
  /** As file, fleet, environment and flags say. */
  readonly base: Configured;
  readonly hands: Hands;
  /** What was said of single guests at run time. */
  readonly guestSettings: AllGuestSettings;
}

/** Controls after a change, and the tunables for all guests that were written by it, in order. */
export interface Changed {
  readonly controls: Controls;
  readonly written: readonly TunableName[];
}

const NOTHING_WRITTEN: readonly TunableName[] = Object.freeze([]);

/** The configuration as it was read at the start. */
export function firstControls(configured: Configured): Controls {
  return { configured, base: configured, hands: ALL_MANAGED, guestSettings: new Map() };
}

/** What was set for one guest at run time. */
export function settingsOf({ guestSettings }: Controls, guest: string): GuestSettings {
  return guestSettings.get(guest) ?? NOTHING_SET;
}

/** The operator's terms of one guest: what was set at run time, else what is configured. */
export function termsOf(controls: Controls, guest: string, configured: GuestTerms): GuestTerms {
  return termsWith(settingsOf(controls, guest), configured);
}

/** The tunables in force for all of which nothing else is said. While everything is released, selfballooning is off. */
export function inForce({ configured, hands }: Controls): Configured {
  return hands.everybody === "released" ? turnedOff(configured) : configured;
}

/**
 * The tunables in force for one guest; `reservedMb` is its own default of `selfballoon_reserved_mb`, and `isManaged` whether
 * its balloon is ours to move.
 */
export function tunablesOf(controls: Controls, guest: string, reservedMb: number, isManaged = true): Tunables {
  const tunables = effectiveTunables(controls.configured, guest, reservedMb, settingsOf(controls, guest).tunables);
  const isOff = !isManaged || handOf(controls.hands, guest) === "released";
  return isOff ? { ...tunables, selfballooning: 0 } : tunables;
}

/** Every tunable as it stands for all guests. */
export function listTunables(controls: Controls): readonly TunableStatus[] {
  const { settings, sources } = inForce(controls);
  return existingTunables(settings).map((name) => ({
    name,
    value: settings.values[name],
    default: settings.defaults[name],
    source: sources[name] ?? "default",
  }));
}

/**
 * Write or reset tunables for all guests: all of them or, if one is refused, none. Whoever writes selfballooning ends a
 * release of everything.
 * @throws the error of the first change that is refused.
 */
export function changeTunables(before: Controls, changes: TunableChanges, privileged: boolean): Changed {
  let { configured } = before;
  const written: TunableName[] = [];
  for (const [name, text] of Object.entries(changes)) {
    const { settings } = configured;
    const change =
      text === null ? resetSetting(settings, name, privileged) : chooseSetting(settings, name, text, privileged);
    if (!change.ok) throw refusedWrite(inForce(before).settings, name, text, change.refusal);
    const sources = { ...configured.sources, [change.name]: text === null ? "default" : "runtime" } as const;
    configured = { ...configured, settings: change.settings, sources };
    written.push(change.name);
  }
  const isResumed = before.hands.everybody === "released" && written.includes("selfballooning");
  const hands: Hands = isResumed ? { ...before.hands, everybody: "managed" } : before.hands;
  return { controls: { ...before, configured, hands }, written };
}

/**
 * Set one guest's own settings, or undo that: all of the changes or, if one is refused, none. `configured` are its terms
 * without them.
 * @throws the error of the first change that is refused, ERR_GUEST_LIMITS, ERR_TOO_MANY.
 */
export function changeGuest(
  before: Controls,
  guest: string,
  changes: SettingChanges,
  configured: GuestTerms,
  privileged: boolean,
): Controls {
  const set = withChanges(settingsOf(before, guest), changes, configured, before.configured.settings, privileged);
  const guestSettings = new Map(before.guestSettings);
  const isNothing = Object.keys(set.terms).length === 0 && Object.keys(set.tunables).length === 0;
  if (isNothing) guestSettings.delete(guest);
  else guestSettings.set(guest, set);
  if (guestSettings.size > MAX_GUESTS_SET) {
    throw selfballoonError("ERR_TOO_MANY", { limit: MAX_GUESTS_SET, what: "guests with settings of their own" });
  }
  return { ...before, guestSettings };
}

/** The same with all that was set for single guests replaced. */
export function withGuestSettings(before: Controls, guestSettings: AllGuestSettings): Controls {
  return { ...before, guestSettings };
}

/** Pause, release or resume these guests; null: all. It stands until something else is said, over reloads too. */
export function changeHands(before: Controls, guests: readonly string[] | null, hand: Hand): Changed {
  const controls = { ...before, hands: withHand(before.hands, guests, hand) };
  const isWritten = before.hands.everybody !== controls.hands.everybody && isOff(before) !== isOff(controls);
  return { controls, written: isWritten ? ["selfballooning"] : NOTHING_WRITTEN };
}

/** Take over a configuration that was reloaded. Tunables that were written give way to it; what is paused or released stays so. */
export function reconfigure(before: Controls, configured: Configured): Changed {
  return replaced(before, { ...before, configured, base: configured });
}

/** Take over what the fleet says now, in `base`: what was written at run time stays, a reset too. */
export function rebase(before: Controls, base: Configured): Changed {
  const { configured: old, base: oldBase } = before;
  const kept = existingTunables(base.settings).filter(
    (name) =>
      old.settings.values[name] !== oldBase.settings.values[name] || old.sources[name] !== oldBase.sources[name],
  );
  const values = Object.fromEntries(kept.map((name) => [name, old.settings.values[name]]));
  const sources = Object.fromEntries(kept.map((name) => [name, old.sources[name] ?? "default"]));
  const configured = {
    ...base,
    settings: { ...base.settings, values: Object.freeze({ ...base.settings.values, ...values }) },
    sources: { ...base.sources, ...sources },
  };
  return replaced(before, { ...before, configured, base });
}

function replaced(before: Controls, controls: Controls): Changed {
  const [old, now] = [inForce(before).settings.values, inForce(controls).settings];
  return { controls, written: existingTunables(now).filter((name) => old[name] !== now.values[name]) };
}

function isOff(controls: Controls): boolean {
  return inForce(controls).settings.values.selfballooning === 0;
}

function turnedOff(configured: Configured): Configured {
  const change = chooseSetting(configured.settings, "selfballooning", "0", true);
  if (!change.ok) return configured;
  return { ...configured, settings: change.settings, sources: { ...configured.sources, selfballooning: "runtime" } };
}
