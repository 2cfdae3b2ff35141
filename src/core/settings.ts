import {
  DEFAULT_TUNABLES,
  findTunable,
  parseChoice,
  parseWrite,
  TUNABLES,
  type TunableName,
  type TunableRow,
  type Tunables,
  type WriteRefusal,
  type WriteResult,
} from "./tunables.ts";

/** The tunables in force, what a reset brings back, and which ones exist. Immutable: every change gives a new one. */
export interface Settings {
  readonly values: Tunables;
  readonly defaults: Tunables;
  /** False where no compressed swap is configured: the `frontswap_*` tunables do not exist then. */
  readonly hasCompressedSwap: boolean;
}

/** What the configuration says of the tunables. */
export interface Configured {
  readonly settings: Settings;
  /** Where the values in `settings` come from; a tunable that is not named has its default. */
  readonly sources: Readonly<Partial<Record<TunableName, Source>>>;
  /** The operator's values for single guests, which beat those for all. */
  readonly guestTunables: (guest: string) => Partial<Tunables>;
  /** What of a guest's settings its host's fleet says; absent: nothing. */
  readonly namedByFleet?: (guest: string) => readonly string[];
}

/** Where a tunable's value comes from; a later word beats an earlier one. */
export const SOURCES = ["default", "start-up", "file", "fleet", "environment", "flag", "runtime"] as const;
export type Source = (typeof SOURCES)[number];

/** A change that was refused leaves everything as it was. */
export type SettingsChange =
  | { readonly ok: true; readonly settings: Settings; readonly name: TunableName; readonly value: number }
  | { readonly ok: false; readonly refusal: WriteRefusal };

/** Settings at the given defaults. */
export function createSettings(options: {
  readonly defaults?: Partial<Tunables>;
  readonly hasCompressedSwap: boolean;
}): Settings {
  const defaults = Object.freeze({ ...DEFAULT_TUNABLES, ...options.defaults });
  return { values: defaults, defaults, hasCompressedSwap: options.hasCompressedSwap };
}

/** The tunables that exist under `settings`, in the table's order. */
export function existingTunables(settings: Pick<Settings, "hasCompressedSwap">): readonly TunableName[] {
  return TUNABLES.filter((row) => settings.hasCompressedSwap || !row.needsCompressedSwap).map((row) => row.name);
}

/** Write one tunable by the driver's rules; `text` is what a shell would put into the sysfs file. */
export function writeSetting(settings: Settings, name: string, text: string, privileged: boolean): SettingsChange {
  return write(settings, name, (row) => parseWrite(row, text, privileged));
}

/** Set one tunable to what the operator chose, which may be 0 where the driver's file refuses that. */
export function chooseSetting(settings: Settings, name: string, text: string, privileged: boolean): SettingsChange {
  return write(settings, name, (row) => parseChoice(row, text, privileged));
}

function write(settings: Settings, name: string, judge: (row: TunableRow) => WriteResult): SettingsChange {
  const row = findTunable(name);
  if (row === null || (row.needsCompressedSwap && !settings.hasCompressedSwap)) return { ok: false, refusal: "ENOENT" };
  const written = judge(row);
  if (!written.ok) return written;
  return { ok: true, settings: withValue(settings, row.name, written.value), name: row.name, value: written.value };
}

/** What reading the driver's sysfs file gives. */
export function readSetting(settings: Settings, name: TunableName): string {
  return driverText(settings.values[name]);
}

/**
 * A value as the driver's sysfs files have it: decimal, and a newline. The driver printed its 32 bits as a signed number, so
 * 4294967295 reads as -1; every other surface of ours shows the value itself.
 */
export function driverText(value: number): string {
  return `${value | 0}\n`;
}

/** Bring one tunable back to its default, 0 included: the way back that the driver lacked. */
export function resetSetting(settings: Settings, name: string, privileged: boolean): SettingsChange {
  const row = findTunable(name);
  if (row === null || (row.needsCompressedSwap && !settings.hasCompressedSwap)) return { ok: false, refusal: "ENOENT" };
  if (!privileged) return { ok: false, refusal: "EPERM" };
  const value = settings.defaults[row.name];
  return { ok: true, settings: withValue(settings, row.name, value), name: row.name, value };
}

function withValue(settings: Settings, name: TunableName, value: number): Settings {
  return { ...settings, values: Object.freeze({ ...settings.values, [name]: value }) };
}

/**
 * The tunables in force for a guest under `configured`, `set` being those that were set for it alone at run time. Where
 * start-up could not compute `selfballoon_reserved_mb`, because there are several guests, each has its own default. Selfballooning that was turned off at run time, as
 * `release` does, is off for every guest, whatever the configuration says of single ones.
 */
export function effectiveTunables(
  configured: Configured,
  guest: string,
  startReservedMb: number,
  set: Partial<Tunables> = {},
): Tunables {
  const { settings, sources, guestTunables } = configured;
  const isOwn =
    settings.defaults.selfballoon_reserved_mb === 0 && (sources.selfballoon_reserved_mb ?? "default") === "default";
  const own = isOwn ? { selfballoon_reserved_mb: startReservedMb } : {};
  const isOff = settings.values.selfballooning === 0 && sources.selfballooning === "runtime";
  const off = isOff ? { selfballooning: 0 } : {};
  return { ...settings.values, ...own, ...guestTunables(guest), ...set, ...off };
}
