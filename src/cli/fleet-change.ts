import { parseSet } from "../config/load.ts";
import { judgeFleetSettings, type SaidSettings } from "../core/controls/fleet-settings.ts";
import { meaningOf } from "../core/controls/setting-meaning.ts";
import { selfballoonError } from "../core/errors.ts";
import { findTerm } from "../core/guest-terms.ts";
import { createSettings } from "../core/settings.ts";
import { riskOf } from "../core/tunable-risks.ts";
import { TUNABLES } from "../core/tunables.ts";
import type { SettingsChange } from "../fleet/settings-change.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { usage } from "./fleet-scope.ts";
import { checkNames } from "./tunable-name.ts";

/** A change that no host has to refuse for itself. */
export interface JudgedChange extends SettingsChange {
  /** What comes of values that are allowed and that few mean. */
  readonly risks: readonly string[];
}

/** What `fleet set` is to change, judged as far as it can be here. @throws ERR_USAGE, or why a setting is refused. */
export function settingChange(assignments: readonly string[], options: FleetOptions): JudgedChange {
  const { guest = null } = options;
  if (assignments.length === 0) throw usage("missing required argument 'NAME=VALUE'; see selfballoon fleet --help");
  const values: SaidSettings = Object.fromEntries(
    assignments.map(parseSet).map(({ name, text }) => [name, text.trim()]),
  );
  checkSettingNames(Object.keys(values), guest);
  const said = guest === null ? { settings: values, guests: {} } : { settings: {}, guests: { [guest]: values } };
  const judged = judgeFleetSettings([{ scope: "", ...said }], createSettings({ hasCompressedSwap: true }), true);
  const [refused] = judged.refused;
  if (refused !== undefined) {
    const { name } = refused;
    const range = meaningOf(name).range;
    throw selfballoonError("ERR_GUEST_SETTING_INVALID", { name, range, value: JSON.stringify(values[name] ?? "") });
  }
  const tunables = guest === null ? judged.tunables : (judged.guests[0]?.set.tunables ?? {});
  const risks = TUNABLES.flatMap(({ name }) => {
    const value = tunables[name];
    const risk = value === undefined ? null : riskOf(name, value);
    return risk === null ? [] : [`${name}=${value}: ${risk}`];
  });
  return { guest, values, risks };
}

/** What `fleet unset` with these names is to change; without one it changes nothing. @throws ERR_USAGE, or which name is unknown. */
export function unsettingChange(names: readonly string[], options: FleetOptions): JudgedChange {
  const { guest = null } = options;
  checkSettingNames(names, guest);
  return { guest, values: Object.fromEntries(names.map((name) => [name, null])), risks: [] };
}

/** @throws ERR_USAGE, ERR_TUNABLE_UNKNOWN, ERR_GUEST_SETTING_UNKNOWN. */
function checkSettingNames(names: readonly string[], guest: string | null): void {
  const term = guest === null ? names.find((name) => findTerm(name) !== null) : undefined;
  if (term !== undefined) throw usage(`${term} is set for guests: say which with --guest PATTERN`);
  checkNames(names, guest === null ? "ERR_TUNABLE_UNKNOWN" : "ERR_GUEST_SETTING_UNKNOWN");
}
