import { problemOf } from "../core/errors.ts";
import type { Clock } from "../time/clock.ts";
import type { Logger } from "./logger.ts";
import type { Notifier } from "./notify.ts";
import type { Worker } from "./worker.ts";

/** When the daemon is told to go, giving memory back may take this long. */
const STOP_DEADLINE_MS = 10_000;

/** What the daemon's life is made of. */
export interface LifecycleOptions {
  readonly worker: Worker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly notifier: Notifier;
  /** Read the configuration again; throws if it is bad, and then nothing has changed. */
  readonly reload: () => Promise<void>;
  /** Close what was opened for the daemon: control socket, lock. */
  readonly close: () => Promise<void>;
}

/**
 * Run the worker until a signal ends it. However it ends, memory is given back: on SIGTERM and SIGINT, and on a fault
 * of our own. Against `kill -9` the service's ExecStopPost does it.
 * @returns the exit code.
 */
export async function runDaemon(options: LifecycleOptions): Promise<number> {
  const { worker, clock, logger, notifier } = options;
  // Signals are heeded before anything of the daemon can be seen from outside.
  const end = waitForEnd(options);
  await worker.start();
  notifier.ready(worker.describe());
  const stopWatchdog = startWatchdog(options);
  const ending = await end;
  notifier.stopping();
  stopWatchdog();
  const cancel = clock.after(STOP_DEADLINE_MS, () => {
    logger.error("Memory could not be given back in time.", { deadlineMs: STOP_DEADLINE_MS });
    process.exit(1);
  });
  const { given, failed, unasked } = await worker.stop({ keepTargets: false });
  await options.close();
  cancel();
  if (failed.length > 0) {
    const guests = failed.map(({ guest }) => guest);
    logger.error("Ended, but not all memory could be given back.", { because: ending.because, guests });
    return 1;
  }
  if (unasked.length > 0) {
    const what =
      "Ended, but these guests could not be asked: what an earlier daemon took from them may still be taken.";
    logger.warn(what, { because: ending.because, guests: unasked });
    return ending.exitCode;
  }
  const what = given.length > 0 ? "All memory was given back." : "Ended: there was no memory to give back.";
  logger.info(what, { because: ending.because });
  return ending.exitCode;
}

interface Ending {
  readonly because: string;
  readonly exitCode: number;
}

function waitForEnd(options: LifecycleOptions): Promise<Ending> {
  const { logger } = options;
  return new Promise((resolve) => {
    const crash = (thrown: unknown): void => {
      logger.error("This is a bug in selfballoon.", { problem: problemOf(thrown), stack: stackOf(thrown) });
      resolve({ because: "a bug", exitCode: 1 });
    };
    process.on("uncaughtException", crash);
    process.on("unhandledRejection", crash);
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      // Kept to the end: a second signal must not kill us while memory is being given back.
      process.on(signal, () => resolve({ because: signal, exitCode: 0 }));
    }
    // Nobody reads the log: guests are managed all the same, and reporting it would fail again without end.
    process.stderr.on("error", () => {});
    process.stdout.on("error", () => resolve({ because: "standard output was closed", exitCode: 0 }));
    process.on("SIGHUP", () => void reload(options));
  });
}

async function reload({ reload: readConfiguration, notifier, logger, worker }: LifecycleOptions): Promise<void> {
  notifier.reloading();
  try {
    await readConfiguration();
    logger.info("The configuration was reloaded.");
  } catch (thrown) {
    logger.error("The configuration was not reloaded; the old settings stay.", { problem: problemOf(thrown) });
  }
  notifier.ready(worker.describe());
}

function startWatchdog({ worker, clock, notifier }: LifecycleOptions): () => void {
  const { watchdogMs } = notifier;
  if (watchdogMs === null) return () => {};
  let cancel = (): void => {};
  const beat = (): void => {
    if (worker.isInTime()) notifier.alive();
    cancel = clock.after(watchdogMs, beat);
  };
  beat();
  return () => cancel();
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? "") : "";
}
