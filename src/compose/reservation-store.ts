import type { Config } from "../config/load.ts";
import { problemOf, type SelfballoonError, selfballoonError } from "../core/errors.ts";
import type { ReservationStore } from "../daemon/reservation-desk.ts";
import { formatKeptReservations, parseKeptReservations } from "../formats/kept-reservations.ts";
import { readStateFile, replaceStateFile, statePath } from "./state-file.ts";

const LIMIT_BYTES = 65_536;

/**
 * Keep reservations in a file.
 * @param onProblem is told what keeps it from being read or written; then they are kept in memory alone.
 */
export function reservationStore(
  config: Pick<Config, "socket" | "stateDirectory">,
  onProblem: (problem: SelfballoonError) => void,
): ReservationStore {
  const path = statePath(config, "reservations.json");
  const tell = (problem: string): void => onProblem(selfballoonError("ERR_RESERVATIONS_FILE", { path, problem }));
  return {
    load: () => {
      try {
        const text = readStateFile(path, LIMIT_BYTES);
        return text === null ? [] : parseKeptReservations(text);
      } catch (thrown) {
        tell(problemOf(thrown));
        return [];
      }
    },
    save: (kept) => {
      try {
        replaceStateFile(path, formatKeptReservations(kept));
        return true;
      } catch (thrown) {
        tell(problemOf(thrown));
        return false;
      }
    },
  };
}
