import type { Config } from "../config/load.ts";
import { namedSettings, restoredSettings } from "../core/controls/guest-settings.ts";
import { problemOf, type SelfballoonError, selfballoonError } from "../core/errors.ts";
import type { GuestSettingsStore } from "../daemon/settings-desk.ts";
import { formatKeptGuestSettings, parseKeptGuestSettings } from "../formats/kept-guest-settings.ts";
import { readStateFile, replaceStateFile, statePath } from "./state-file.ts";

/** Every guest that may have some, with all that may be set. */
const LIMIT_BYTES = 16 * 1_048_576;

/**
 * Keep what was set for single guests in a file.
 * @param onProblem is told what keeps it from being read or written. What can't be read, or is refused by the rules of today,
 * counts as nothing, and the file with it.
 */
export function guestSettingsStore(
  config: Pick<Config, "socket" | "stateDirectory">,
  onProblem: (problem: SelfballoonError) => void,
): GuestSettingsStore {
  const path = statePath(config, "guests.json");
  const tell = (problem: string): void => onProblem(selfballoonError("ERR_GUEST_SETTINGS_FILE", { path, problem }));
  return {
    load: (settings) => {
      try {
        const text = readStateFile(path, LIMIT_BYTES);
        return text === null ? new Map() : restoredSettings(parseKeptGuestSettings(text), settings);
      } catch (thrown) {
        tell(problemOf(thrown));
        return new Map();
      }
    },
    save: (all) => {
      try {
        const kept = new Map([...all].map(([guest, set]) => [guest, namedSettings(set)]));
        replaceStateFile(path, formatKeptGuestSettings(kept));
      } catch (thrown) {
        tell(problemOf(thrown));
      }
    },
  };
}
