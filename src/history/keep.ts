import { accessSync, constants, mkdirSync } from "node:fs";
import type { Problem } from "../core/errors.ts";
import type { HistoryPort } from "../core/history.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { History } from "./history.ts";

/** What waits is written so often: a daemon that is killed loses no more. */
const FLUSH_MS = 5000;

/** History as it is kept. */
export interface KeptHistory {
  readonly directory: string;
  readonly port: HistoryPort;
  readonly close: () => Promise<void>;
}

/** Where history is kept, and of what. */
export interface HistoryPlace {
  readonly directory: string;
  readonly maxMb: number;
  readonly nowMs: () => number;
  /** Have records handed over as they come. @returns what ends that. */
  readonly subscribe: (take: (record: JournalRecord) => void) => () => void;
  readonly onProblem: (problem: Problem) => void;
}

/** Keep the records that come from now on. */
export async function keepHistory(place: HistoryPlace): Promise<KeptHistory> {
  const { directory, maxMb, nowMs, subscribe, onProblem } = place;
  const history = await History.open({ directory, maxBytes: maxMb * BYTES_PER_MIB, nowMs, onProblem });
  const unsubscribe = subscribe((record) => history.add(record));
  // A start that fails must not wait for this.
  const timer = setInterval(() => void history.flush(), FLUSH_MS).unref();
  const close = async (): Promise<void> => {
    unsubscribe();
    clearInterval(timer);
    await history.close();
  };
  return { directory, port: history, close };
}

/** `directory`, made if it is not there; null if it can't be written. */
export function writableFolder(directory: string): string | null {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o750 });
    accessSync(directory, constants.W_OK);
    return directory;
  } catch {
    return null;
  }
}
