import type { Config } from "../config/load.ts";
import { problemOf, type SelfballoonError, selfballoonError } from "../core/errors.ts";
import {
  formatKeptDocuments,
  type KeptDocuments,
  MAX_SETTINGS_BYTES,
  parseKeptDocuments,
} from "../fleet/settings-wire.ts";
import { readStateFile, replaceStateFile, statePath } from "./state-file.ts";

/** Every scope that a host is of, full. */
const LIMIT_BYTES = 32 * MAX_SETTINGS_BYTES;

/** Where what the fleet set is kept for a start without NATS. */
export interface FleetSettingsStore {
  load(): KeptDocuments;
  save(documents: KeptDocuments): void;
}

/**
 * Keep it in a file.
 * @param onProblem is told what keeps it from being read or written. What can't be read counts as nothing.
 */
export function fleetSettingsStore(
  config: Pick<Config, "socket" | "stateDirectory">,
  onProblem: (problem: SelfballoonError) => void,
): FleetSettingsStore {
  const path = statePath(config, "fleet-settings.json");
  const tell = (thrown: unknown): void =>
    onProblem(selfballoonError("ERR_FLEET_SETTINGS_FILE", { path, problem: problemOf(thrown) }));
  return {
    load: () => {
      try {
        const text = readStateFile(path, LIMIT_BYTES);
        return text === null ? {} : parseKeptDocuments(text);
      } catch (thrown) {
        tell(thrown);
        return {};
      }
    },
    save: (documents) => {
      try {
        replaceStateFile(path, formatKeptDocuments(documents));
      } catch (thrown) {
        tell(thrown);
      }
    },
  };
}
