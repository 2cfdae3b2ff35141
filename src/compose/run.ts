import { dirname, join } from "node:path";
import { serveSocket } from "../api/server.ts";
import { mibText, print, printJson } from "../cli/output.ts";
import type { RunPlan } from "../cli/ports.ts";
import { loadConfig } from "../config/load.ts";
import type { StepRecord } from "../core/control.ts";
import { REASONS } from "../core/reasons.ts";
import { realClock } from "../daemon/clock.ts";
import { Journal } from "../daemon/journal.ts";
import { runDaemon } from "../daemon/lifecycle.ts";
import { takeLock } from "../daemon/lock.ts";
import { createLogger, logRecords } from "../daemon/logger.ts";
import { createNotifier } from "../daemon/notify.ts";
import { Worker } from "../daemon/worker.ts";
import { type Choice, chooseBackend } from "./backends.ts";
import { startTunables } from "./start-up.ts";

/** Records that the journal keeps: an hour of one guest at the default interval, with room for the rest. */
const JOURNAL_RECORDS = 1024;

/** `selfballoon run`: put the house together, and live in it until a signal comes. @returns the exit code. */
export async function run(plan: RunPlan): Promise<number> {
  const { flags } = plan;
  const config = await loadConfig(flags, process.env, "nothing was started");
  const choice = await chooseBackend(config.backend, flags.root);
  const { backend } = choice;
  const configured = startTunables(backend, config, flags.root, plan.bootOptions, "nothing was started");
  const unlock = takeLock(join(dirname(config.socket), "selfballoon.lock"));
  try {
    const journal = new Journal(JOURNAL_RECORDS, realClock.wallMs);
    const worker = new Worker({
      description: describe(choice, plan.dryRun),
      configured,
      backend: await backend.open(),
      clock: realClock,
      journal,
      dryRun: plan.dryRun,
    });
    if (plan.once) return await runOnce(worker, journal, plan);
    if (plan.json) journal.subscribe((record) => record.kind === "step" && printJson(record));
    const logger = createLogger({ json: plan.json });
    journal.subscribe(logRecords(logger));
    const close = await serveSocket(config.socket, worker);
    if (!plan.json) announce(choice, config.socket, plan.dryRun);
    const reload = async (): Promise<void> => {
      const anew = await loadConfig(flags, process.env, "the old settings stay");
      worker.configure(startTunables(backend, anew, flags.root, plan.bootOptions, "the old settings stay"));
    };
    return await runDaemon({ worker, clock: realClock, logger, notifier: createNotifier(process.env), reload, close });
  } finally {
    unlock();
  }
}

function describe({ found }: Choice, dryRun: boolean): string {
  return dryRun ? `watching ${found}; a dry run moves nothing` : `selfballooning ${found}`;
}

function announce({ backend, found, passedOver }: Choice, socket: string, dryRun: boolean): void {
  if (backend.name === "simulated") {
    const looked = passedOver.length === 0 ? "" : `No balloon was found on this machine (${passedOver.join("; ")}). `;
    print(`${looked}Running ${found}: the law is real, the guests are not, and nothing of this machine is moved.`);
  } else {
    print(`Found ${found}.${dryRun ? " This is a dry run: it decides and records, and moves nothing." : ""}`);
  }
  print(`Control socket: ${socket}. Ask it with \`selfballoon status\`, end with Ctrl-C.`);
}

/** One step of every guest, printed; targets stay as the step left them. */
async function runOnce(worker: Worker, journal: Journal, plan: RunPlan): Promise<number> {
  journal.subscribe((record) => {
    if (record.kind !== "step") return;
    if (plan.json) printJson({ ...record.decision, applied: record.applied });
    else print(onceText(record));
  });
  try {
    await worker.stepOnce();
    return 0;
  } finally {
    await worker.stop({ keepTargets: true });
  }
}

function onceText({ decision, observation, applied }: StepRecord): string {
  const mib = (pages: number | null): string => mibText(pages, observation.pageBytes);
  const done = applied ? "the target was handed to the balloon" : "nothing was moved";
  return (
    `${decision.guest}: has ${mib(observation.totalramPages)}, target ${mib(decision.targetPages)}, ` +
    `goal ${mib(decision.goalPages)}, floor ${mib(decision.floorPages)}. ${REASONS[decision.reason]} (${done})`
  );
}
