import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../config/load.ts";
import { hasSystemCode, problemOf, type SelfballoonError, selfballoonError } from "../core/errors.ts";
import type { ReservationStore } from "../daemon/reservation-desk.ts";
import { formatKeptReservations, parseKeptReservations } from "../formats/kept-reservations.ts";

const FILE_MODE = 0o600;
const LIMIT_BYTES = 65_536;

/**
 * Keep reservations in a file of systemd's state directory or, where there is none, beside the control socket. It is
 * replaced as a whole, so that a crash leaves the old one or the new one.
 * @param onProblem is told what keeps it from being read or written; then they are kept in memory alone.
 */
export function reservationStore(
  { socket, stateDirectory }: Pick<Config, "socket" | "stateDirectory">,
  onProblem: (problem: SelfballoonError) => void,
): ReservationStore {
  const path = join(stateDirectory ?? dirname(socket), "reservations.json");
  const tell = (problem: string): void => onProblem(selfballoonError("ERR_RESERVATIONS_FILE", { path, problem }));
  return {
    load: () => {
      try {
        if (statSync(path).size > LIMIT_BYTES) throw new Error(`it is larger than ${LIMIT_BYTES / 1024} KiB`);
        return parseKeptReservations(readFileSync(path, "utf8"));
      } catch (thrown) {
        if (!hasSystemCode(thrown, "ENOENT")) tell(problemOf(thrown));
        return [];
      }
    },
    save: (kept) => {
      try {
        replaceFile(path, formatKeptReservations(kept));
      } catch (thrown) {
        tell(problemOf(thrown));
      }
    },
  };
}

/** The draft is new: nobody can have put a link there for us to write through. */
function replaceFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  const file = openSync(draft, "wx", FILE_MODE);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}
