import { type SelfballoonError, selfballoonError } from "../core/errors.ts";
import { globMatcher } from "../core/glob.ts";
import { refusedWrite } from "../core/refused-write.ts";
import { type Configured, chooseSetting, createSettings, type Settings, type Source } from "../core/settings.ts";
import { TUNABLES, type TunableName, type Tunables } from "../core/tunables.ts";
import type { Config, TunableSetting } from "./load.ts";
import { hintFor } from "./nearest.ts";

/** What start-up found out, before the configuration speaks. */
export interface StartFacts {
  readonly hasCompressedSwap: boolean;
  /** Defaults that start-up computed. */
  readonly defaults: Partial<Tunables>;
}

/**
 * Apply the configuration to what start-up found, by the driver's write rules.
 * @throws ERR_CONFIG_INVALID with all values that are refused; if the first one is a flag's, its own error.
 */
export function configure(
  config: Pick<Config, "tunables" | "guests">,
  start: StartFacts,
  consequence: string,
): Configured {
  const initial = createSettings(start);
  const sources: Partial<Record<TunableName, Source>> = {};
  for (const { name } of TUNABLES) if (start.defaults[name] !== undefined) sources[name] = "start-up";
  const refused: Refused[] = [];
  const settings = config.tunables.reduce((before, setting) => write(before, setting, refused, sources), initial);
  const guests = config.guests.map(({ pattern, tunables }) => ({
    matches: globMatcher(pattern),
    tunables: guestValues(initial, tunables, refused),
  }));
  const [first, ...others] = refused;
  if (first !== undefined) throw refusal(first, others, consequence);
  const guestTunables = (guest: string): Partial<Tunables> =>
    Object.assign({}, ...guests.filter(({ matches }) => matches(guest)).map(({ tunables }) => tunables));
  return { settings, sources, guestTunables };
}

/** A value that was not taken, and why. */
interface Refused {
  readonly setting: TunableSetting;
  readonly error: SelfballoonError;
}

function refusal({ setting, error }: Refused, others: readonly Refused[], consequence: string): SelfballoonError {
  if (setting.source === "flag") return error;
  const rest = others.map((other) => {
    const { origin } = other.setting;
    return origin === setting.origin ? other.error.message : `${origin}: ${other.error.message}`;
  });
  const problem = [error.message, ...rest].join("; ");
  return selfballoonError("ERR_CONFIG_INVALID", { file: setting.origin, problem, consequence }, error);
}

function write(
  settings: Settings,
  setting: TunableSetting,
  refused: Refused[],
  sources: Partial<Record<TunableName, Source>>,
): Settings {
  const { name, text, source } = setting;
  const change = chooseSetting(settings, name, text, true);
  if (change.ok) {
    sources[change.name] = source;
    return change.settings;
  }
  const hint = hintFor(
    name,
    TUNABLES.map((row) => row.name),
  );
  refused.push({ setting, error: refusedWrite(settings, name, text, change.refusal, hint) });
  return settings;
}

function guestValues(initial: Settings, tunables: readonly TunableSetting[], refused: Refused[]): Partial<Tunables> {
  const named: Partial<Record<TunableName, Source>> = {};
  const { values } = tunables.reduce((before, setting) => write(before, setting, refused, named), initial);
  return Object.fromEntries(TUNABLES.filter(({ name }) => named[name]).map(({ name }) => [name, values[name]]));
}
