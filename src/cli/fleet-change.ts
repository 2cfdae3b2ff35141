import { parseSet } from "../config/load.ts";
import { findTerm } from "../core/guest-terms.ts";
import { type JudgedChange, judgedChange } from "../fleet/judged-change.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { usage } from "./fleet-scope.ts";
import { checkNames } from "./tunable-name.ts";

/** What `fleet set` is to change, judged as far as it can be here. @throws ERR_USAGE, or why a setting is refused. */
export function settingChange(assignments: readonly string[], options: FleetOptions): JudgedChange {
  const { guest = null } = options;
  if (assignments.length === 0) throw usage("missing required argument 'NAME=VALUE'; see selfballoon fleet --help");
  const values = Object.fromEntries(assignments.map(parseSet).map(({ name, text }) => [name, text.trim()]));
  checkSettingNames(Object.keys(values), options);
  return judgedChange({ guest, values });
}

/** What `fleet unset` with these names is to change; without one it changes nothing. @throws ERR_USAGE, or which name is unknown. */
export function unsettingChange(names: readonly string[], options: FleetOptions): JudgedChange {
  const { guest = null } = options;
  checkSettingNames(names, options);
  return judgedChange({ guest, values: Object.fromEntries(names.map((name) => [name, null])) });
}

/** Say what was probably meant. @throws ERR_USAGE, ERR_TUNABLE_UNKNOWN, ERR_GUEST_SETTING_UNKNOWN. */
function checkSettingNames(names: readonly string[], { guest }: FleetOptions): void {
  const term = guest === undefined ? names.find((name) => findTerm(name) !== null) : undefined;
  if (term !== undefined) throw usage(`${term} is set for guests: say which with --guest PATTERN`);
  checkNames(names, guest === undefined ? "ERR_TUNABLE_UNKNOWN" : "ERR_GUEST_SETTING_UNKNOWN");
}
