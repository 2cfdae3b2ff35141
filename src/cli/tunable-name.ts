import { hintFor } from "../config/nearest.ts";
import { SETTING_NAMES } from "../core/controls/setting-meaning.ts";
import { selfballoonError } from "../core/errors.ts";
import { findTunable, TUNABLES } from "../core/tunables.ts";

/** Refuse names that no guest's setting has. @throws ERR_GUEST_SETTING_UNKNOWN naming the nearest. */
export function checkSettingNames(names: readonly string[]): void {
  const unknown = names.find((name) => !SETTING_NAMES.includes(name));
  if (unknown === undefined) return;
  const hint = hintFor(unknown, SETTING_NAMES);
  throw selfballoonError("ERR_GUEST_SETTING_UNKNOWN", { name: JSON.stringify(unknown.slice(0, 64)), hint });
}

/** Refuse names that no tunable has, before anybody is asked. @throws ERR_TUNABLE_UNKNOWN naming the nearest. */
export function checkTunableNames(names: readonly string[]): void {
  const unknown = names.find((name) => findTunable(name) === null);
  if (unknown === undefined) return;
  const hint = hintFor(
    unknown,
    TUNABLES.map((row) => row.name),
  );
  throw selfballoonError("ERR_TUNABLE_UNKNOWN", { name: JSON.stringify(unknown.slice(0, 64)), hint });
}
