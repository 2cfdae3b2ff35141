import { judgeFleetSettings } from "../core/controls/fleet-settings.ts";
import { meaningOf, SETTING_NAMES } from "../core/controls/setting-meaning.ts";
import { selfballoonError } from "../core/errors.ts";
import { createSettings } from "../core/settings.ts";
import { riskOf } from "../core/tunable-risks.ts";
import { findTunable, TUNABLES } from "../core/tunables.ts";
import type { SettingsChange } from "./settings-change.ts";

/** A change that no host has to refuse for itself. */
export interface JudgedChange extends SettingsChange {
  /** What comes of values that are allowed and that few mean. */
  readonly risks: readonly string[];
}

/**
 * Judge a change as far as it can be without the hosts that it is for.
 * @throws ERR_TUNABLE_UNKNOWN, ERR_GUEST_SETTING_UNKNOWN, ERR_GUEST_SETTING_INVALID.
 */
export function judgedChange({ guest, values }: SettingsChange): JudgedChange {
  for (const name of Object.keys(values)) checkName(name, guest);
  const said = Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  const content = guest === null ? { settings: said, guests: {} } : { settings: {}, guests: { [guest]: said } };
  const judged = judgeFleetSettings([{ scope: "", ...content }], createSettings({ hasCompressedSwap: true }), true);
  const [refused] = judged.refused;
  if (refused !== undefined) {
    const { name } = refused;
    const { range } = meaningOf(name);
    throw selfballoonError("ERR_GUEST_SETTING_INVALID", { name, range, value: JSON.stringify(said[name] ?? "") });
  }
  const tunables = guest === null ? judged.tunables : (judged.guests[0]?.set.tunables ?? {});
  const risks = TUNABLES.flatMap(({ name }) => {
    const value = tunables[name];
    const risk = value === undefined ? null : riskOf(name, value);
    return risk === null ? [] : [`${name}=${value}: ${risk}`];
  });
  return { guest, values, risks };
}

function checkName(name: string, guest: string | null): void {
  const shown = JSON.stringify(name.slice(0, 64));
  if (guest !== null && !SETTING_NAMES.includes(name))
    throw selfballoonError("ERR_GUEST_SETTING_UNKNOWN", { name: shown, hint: "" });
  if (guest !== null || findTunable(name) !== null) return;
  const hint = SETTING_NAMES.includes(name)
    ? " for all guests: it is set for those that a name or glob stands for"
    : "";
  throw selfballoonError("ERR_TUNABLE_UNKNOWN", { name: shown, hint });
}
