import { selfballoonError } from "../core/errors.ts";
import { refusedWrite } from "../core/refused-write.ts";
import { type Configured, createSettings, type Settings, type Source, writeSetting } from "../core/settings.ts";
import { TUNABLES, type TunableName, type Tunables } from "../core/tunables.ts";
import { globMatcher } from "./glob.ts";
import type { Config, TunableSetting } from "./load.ts";
import { hintFor } from "./nearest.ts";

/** What start-up found out, before the configuration speaks. */
export interface StartFacts {
  readonly hasCompressedSwap: boolean;
  /** Defaults that start-up computed. */
  readonly defaults: Partial<Tunables>;
  /** On a host: whether the guest's balloon is ours to move. */
  readonly isNamed?: (guest: string) => boolean;
}

/**
 * Apply the configuration to what start-up found, by the driver's write rules.
 * @throws the error of the first value that is refused: ERR_CONFIG_INVALID for the file's, its own otherwise.
 */
export function configure(
  config: Pick<Config, "tunables" | "guests">,
  start: StartFacts,
  consequence: string,
): Configured {
  const initial = createSettings(start);
  const sources: Partial<Record<TunableName, Source>> = {};
  for (const { name } of TUNABLES) if (start.defaults[name] !== undefined) sources[name] = "start-up";
  const settings = config.tunables.reduce((before, setting) => write(before, setting, consequence, sources), initial);
  const guests = config.guests.map(({ pattern, tunables }) => ({
    matches: globMatcher(pattern),
    tunables: guestValues(initial, tunables, consequence),
  }));
  const guestTunables = (guest: string): Partial<Tunables> => {
    if (start.isNamed?.(guest) === false) return { selfballooning: 0 };
    return Object.assign({}, ...guests.filter(({ matches }) => matches(guest)).map(({ tunables }) => tunables));
  };
  return { settings, sources, guestTunables };
}

function write(
  settings: Settings,
  setting: TunableSetting,
  consequence: string,
  sources: Partial<Record<TunableName, Source>>,
): Settings {
  const { name, text, source, origin } = setting;
  const change = writeSetting(settings, name, text, true);
  if (change.ok) {
    sources[change.name] = source;
    return change.settings;
  }
  const hint = hintFor(
    name,
    TUNABLES.map((row) => row.name),
  );
  const refused = refusedWrite(settings, name, text, change.refusal, hint);
  if (source === "flag") throw refused;
  throw selfballoonError("ERR_CONFIG_INVALID", { file: origin, problem: refused.message, consequence }, refused);
}

function guestValues(initial: Settings, tunables: readonly TunableSetting[], consequence: string): Partial<Tunables> {
  const named: Partial<Record<TunableName, Source>> = {};
  const { values } = tunables.reduce((before, setting) => write(before, setting, consequence, named), initial);
  return Object.fromEntries(TUNABLES.filter(({ name }) => named[name]).map(({ name }) => [name, values[name]]));
}
