import type { SaidSettings } from "../core/controls/fleet-settings.ts";
import { ownOf } from "../core/own.ts";
import { NO_SETTINGS, type SettingsDocument } from "./settings-wire.ts";

/** A change of what is set for one scope: for all guests, or for those that a pattern stands for. */
export interface SettingsChange {
  /** Null: all guests. */
  readonly guest: string | null;
  /** New text by name; null: it is set no more. */
  readonly values: Readonly<Record<string, string | null>>;
}

/** What is set after a change. */
export function changedBy({ guest, values }: SettingsChange, before: SettingsDocument): SettingsDocument {
  if (guest === null) return { ...before, settings: merged(before.settings, values) };
  const said = merged(ownOf(before.guests, guest) ?? {}, values);
  const others = Object.entries(before.guests).filter(([pattern]) => pattern !== guest);
  const isNothing = Object.keys(said).length === 0;
  return { ...before, guests: Object.fromEntries(isNothing ? others : [...others, [guest, said]]) };
}

/** Nothing is set any more for the guests, nor on its way to them; null: for nobody, everything of the scope is gone. */
export function withoutAll(guest: string | null, before: SettingsDocument): SettingsDocument {
  if (guest === null) return NO_SETTINGS;
  const { [guest]: _, ...guests } = before.guests;
  const { rollout, ...rest } = before;
  return rollout === undefined || rollout.guest === guest ? { ...rest, guests } : { ...before, guests };
}

function merged(before: SaidSettings, values: SettingsChange["values"]): SaidSettings {
  const after = Object.entries({ ...before, ...values });
  return Object.fromEntries(after.filter((entry): entry is [string, string] => entry[1] !== null));
}
