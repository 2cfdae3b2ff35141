import type { TunableStatus } from "../core/control.ts";
import type { GuestSettingStatus } from "../core/controls/guest-setting-status.ts";
import { meaningOf } from "../core/controls/setting-meaning.ts";
import { selfballoonError } from "../core/errors.ts";
import { TUNABLES } from "../core/tunables.ts";
import { defaultText, valueText } from "../view/tunable-text.ts";
import { askGuestSettings, askTunables } from "./daemon.ts";
import type { DaemonOptions, GuestOption } from "./flags.ts";
import { print, printJson, printTable } from "./output.ts";
import { checkNames } from "./tunable-name.ts";

/**
 * `selfballoon get [--guest GUEST] [NAME]...`: one name prints its value alone, as reading the driver's file did, or words
 * where each guest has its own.
 */
export async function get(
  names: readonly string[],
  options: DaemonOptions & GuestOption & { readonly json?: boolean },
): Promise<void> {
  if (options.guest !== undefined) return getOfGuest(options.guest, names, options);
  checkNames(names, "ERR_TUNABLE_UNKNOWN");
  const tunables = await askTunables(options);
  const chosen = names.length === 0 ? tunables : names.map((name) => find(tunables, name));
  if (options.json) return printJson({ tunables: chosen });
  const [only] = chosen;
  if (names.length === 1 && only !== undefined) return print(valueText(only, ""));
  printTable(["NAME", "VALUE", "DEFAULT", "FROM", "MEANING"], chosen.map(row));
}

async function getOfGuest(
  guest: string,
  names: readonly string[],
  options: DaemonOptions & { readonly json?: boolean },
): Promise<void> {
  checkNames(names, "ERR_GUEST_SETTING_UNKNOWN");
  const settings = await askGuestSettings(options, "GET", guest);
  const chosen = settings.filter(({ name }) => names.length === 0 || names.includes(name));
  const absent = names.find((name) => !chosen.some((setting) => setting.name === name));
  if (absent !== undefined) throw selfballoonError("ERR_TUNABLE_ABSENT", { name: absent });
  if (options.json) return printJson({ settings: chosen });
  const [only] = chosen;
  if (names.length === 1 && only !== undefined) return print(settingText(only.value));
  printTable(["NAME", "VALUE", "CONFIGURED", "FROM", "MEANING"], chosen.map(settingRow));
}

function settingRow({ name, value, configured, source, isOwn }: GuestSettingStatus): readonly string[] {
  const { unit, summary } = meaningOf(name);
  const ofAll = source === "default" ? source : `${source}, for all guests`;
  const own = source === "runtime" ? "set at run time" : source;
  const from = isOwn ? own : ofAll;
  return [name, `${settingText(value)} ${value === null ? "" : unit}`.trim(), settingText(configured), from, summary];
}

function settingText(value: GuestSettingStatus["value"]): string {
  return value === null ? "none" : String(value);
}

function find(tunables: readonly TunableStatus[], name: string): TunableStatus {
  const found = tunables.find((tunable) => tunable.name === name);
  if (found !== undefined) return found;
  throw selfballoonError("ERR_TUNABLE_ABSENT", { name });
}

function row(tunable: TunableStatus): readonly string[] {
  const { name, source } = tunable;
  const { summary = "", unit = "" } = TUNABLES.find((known) => known.name === name) ?? {};
  return [name, valueText(tunable, unit), defaultText(tunable), source, summary];
}
