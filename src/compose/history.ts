import { accessSync, constants, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../config/load.ts";
import type { Backend } from "../core/backend.ts";
import type { HistoryPort } from "../core/history.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { realClock } from "../daemon/clock.ts";
import type { Journal } from "../daemon/journal.ts";

/** What waits is written so often: a daemon that is killed loses no more. */
const FLUSH_MS = 5000;

/** It changes nothing that is remembered of guests. */
const UNTURNED = { isRepeated: false, turn: null, nowMs: null } as const;

/** History as it is kept. */
export interface KeptHistory {
  readonly directory: string;
  readonly port: HistoryPort;
  readonly close: () => Promise<void>;
}

/** Keep what the journal records: where the configuration or systemd says; for simulated guests beside the socket. Null: nowhere. */
export async function keepHistory(backend: Backend, config: Config, journal: Journal): Promise<KeptHistory | null> {
  const { directory = backend.name === "simulated" ? besideSocket(config) : null, maxMb } = config.history;
  if (directory === null) return null;
  const { History } = await import("../history/history.ts");
  const history = await History.open({
    directory,
    mostBytes: maxMb * BYTES_PER_MIB,
    nowMs: realClock.nowMs,
    onProblem: ({ code, details, message }) =>
      void journal.add({ kind: "fault", guest: "*", code, details, problem: message, ...UNTURNED }),
  });
  const unsubscribe = journal.subscribe((record) => history.add(record));
  // A start that fails must not wait for this.
  const timer = setInterval(() => void history.flush(), FLUSH_MS).unref();
  const close = async (): Promise<void> => {
    unsubscribe();
    clearInterval(timer);
    await history.close();
  };
  return { directory, port: history, close };
}

/** A folder beside the socket, made if it is not there; null if it can't be written. */
function besideSocket({ socket }: Config): string | null {
  const directory = join(dirname(socket), "history");
  try {
    mkdirSync(directory, { recursive: true, mode: 0o750 });
    accessSync(directory, constants.W_OK);
    return directory;
  } catch {
    return null;
  }
}
