import type { GuestStatus } from "../core/control.ts";
import { type Problem, problemOf, selfballoonError } from "../core/errors.ts";
import type { HostPastPort } from "../core/history.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import { realClock } from "../time/clock.ts";
import { endsWithin } from "../time/deadline.ts";
import { readHostPoints, writeHostPoints } from "./host-file.ts";
import { HostPast } from "./host-past.ts";

/** The file is replaced so often: a daemon that is killed loses no more. */
const SAVE_MS = 60_000;

/** How long the start waits for the points before, and the end for those that are written. */
const DISK_DEADLINE_MS = 1000;

/** What is kept, and where. */
export interface HostPastPlace {
  /** The file; null: nothing is kept over a restart. */
  readonly path: string | null;
  /** All guests as they stand. */
  readonly guests: () => readonly GuestStatus[];
  /** Have records handed over as they come. @returns what ends that. */
  readonly subscribe: (take: (record: JournalRecord) => void) => () => void;
  /** Told once of what keeps the points from being read, and once from being written. */
  readonly onProblem: (problem: Problem) => void;
}

/** Keep what the guests of this host save together, from where the daemon before left off. */
export async function keepHostPast(
  place: HostPastPlace,
): Promise<{ readonly port: HostPastPort; readonly close: () => Promise<void> }> {
  const { path, guests, subscribe, onProblem } = place;
  const past = new HostPast(guests);
  const unsubscribe = subscribe((record) => past.add(record));
  if (path === null) return { port: past, close: () => Promise.resolve(unsubscribe()) };
  const tell = (problem: unknown): void => {
    const { code, details, message } = selfballoonError("ERR_HISTORY", {
      directory: path,
      problem: problemOf(problem),
    });
    onProblem({ code, details, message });
  };
  const read = readHostPoints(path).then((points) => past.follow(points, Date.now()));
  await endsWithin(realClock, DISK_DEADLINE_MS, read.catch(tell));
  let isTold = false;
  const save = (): Promise<void> =>
    writeHostPoints(path, past.points()).catch((thrown: unknown) => {
      if (!isTold) tell(thrown);
      isTold = true;
    });
  const timer = setInterval(() => void save(), SAVE_MS).unref();
  const close = async (): Promise<void> => {
    unsubscribe();
    clearInterval(timer);
    await endsWithin(realClock, DISK_DEADLINE_MS, save());
  };
  return { port: past, close };
}
