import { dirname, join } from "node:path";
import { createApi } from "../api/api.ts";
import { serveSocket } from "../api/server.ts";
import { endWithReader, print, printJson } from "../cli/output.ts";
import type { RunPlan } from "../cli/ports.ts";
import { configure } from "../config/configure.ts";
import { type Config, loadConfig } from "../config/load.ts";
import type { Backend } from "../core/backend.ts";
import { type Problem, selfballoonError } from "../core/errors.ts";
import type { HostBudget } from "../core/host/budget.ts";
import type { HostReading } from "../core/host/host-reading.ts";
import { shownJson } from "../core/shown-text.ts";
import type { SwapShrinker } from "../core/swap-shrinker.ts";
import type { ToolstackBackend } from "../core/toolstack.ts";
import { boundedOutput, endDespiteReaders } from "../daemon/bounded-output.ts";
import { Journal } from "../daemon/journal.ts";
import { runDaemon } from "../daemon/lifecycle.ts";
import { takeLock } from "../daemon/lock.ts";
import { createLogger, type Logger, logRecords } from "../daemon/logger.ts";
import { createNotifier } from "../daemon/notify.ts";
import { Worker, type WorkerOptions } from "../daemon/worker.ts";
import type { KeptHistory } from "../history/keep.ts";
import { realClock } from "../time/clock.ts";
import { VERSION } from "../version.ts";
import { announce, describe, linesOfHost, onceText } from "./announce.ts";
import { chooseBackend, isOwnHost, onlyManaged, requireBudget, rulesFor } from "./backends.ts";
import { serveDashboard } from "./dashboard.ts";
import { driverLines } from "./driver-lines.ts";
import { findStartFacts, idleBecause } from "./start-up.ts";
import { type StartWarning, startWarnings } from "./start-warnings.ts";

/** Records that the journal keeps: an hour of one guest at the default interval, with room for the rest. */
const JOURNAL_RECORDS = 1024;

/** `selfballoon run`: put the house together, and live in it until a signal comes. @returns the exit code. */
export async function run(plan: RunPlan): Promise<number> {
  const { flags } = plan;
  const config = await loadConfig(flags, process.env, "nothing was started");
  const choice = await chooseBackend(config, flags.root, plan.real && config.backend === "auto");
  const { backend } = choice;
  requireBudget(backend, config, "nothing was started");
  const facts = findStartFacts(backend, flags.root, plan.bootOptions, config.policy);
  const rules = rulesFor(backend, config, plan.dryRun);
  const configured = configure(config, facts, "nothing was started");
  const unlock = takeLock(join(dirname(config.socket), "selfballoon.lock"));
  try {
    const opened = await backend.open();
    const journal = new Journal(JOURNAL_RECORDS, realClock.wallMs);
    const worker: Worker = new Worker({
      description: describe(choice, config.policy, plan.dryRun),
      configured,
      policy: config.policy,
      hostRules: rules,
      readHost: isOwnHost(backend) ? await hostReader(flags.root) : null,
      backend: onlyManaged(opened, () => worker.hostRules),
      clock: realClock,
      journal,
      dryRun: plan.dryRun,
      ...(rules === null ? {} : await storesFor(config, journal)),
      swapShrinker: await swapShrinkerFor(backend, config, flags.root),
    });
    if (plan.once) return await runOnce(worker, journal, plan, idleBecause(backend, configured.settings));
    const printStep = boundedOutput(process.stdout, () => null); // the records' own numbers show what is missing
    if (plan.json) journal.subscribe((record) => record.kind === "step" && printStep(shownJson(record)));
    const logger = createLogger({ json: plan.json, isQuiet: plan.log === "quiet" });
    journal.subscribe(logRecords(logger, { isVerbose: plan.log === "all", isDryRun: plan.dryRun }));
    worker.restoreSettings();
    const hostLines = await linesOfHost(choice, opened, worker.hostRules, config);
    const history = await historyFor(backend, config, journal);
    const warnings = await startWarnings(backend, opened, configured.settings, flags.root);
    let address: string | null = null;
    const api = createApi(worker, VERSION, history?.port ?? null, () => address);
    const closeSocket = await serveSocket(config.socket, api);
    const dashboard = await serveDashboard(backend, config, api).catch(async (thrown: unknown) => {
      await closeSocket();
      throw thrown;
    });
    ({ address } = dashboard);
    if (plan.json && dashboard.problem !== null) logger.warn(dashboard.problem);
    logStart(logger, driverLines(backend, configured.settings), warnings);
    if (plan.json) for (const line of hostLines) logger.info(line);
    else announce(choice, dashboard, config, plan.dryRun, history?.directory ?? null, hostLines);
    const leaveFleet = await fleetFor(config, worker, journal, () => worker.hostRules?.budget ?? null);
    const leaveToolstack = await toolstackFor(backend, worker, journal, plan.dryRun);
    const close = async (): Promise<void> => {
      await leaveToolstack();
      await leaveFleet();
      await dashboard.close();
      await closeSocket();
      await history?.close();
    };
    const reload = async (): Promise<void> => {
      const reloaded = await loadConfig(flags, process.env, "the old settings stay");
      requireBudget(backend, reloaded, "the old settings stay");
      worker.configure(configure(reloaded, facts, "the old settings stay"), rulesFor(backend, reloaded, plan.dryRun));
    };
    const notifier = createNotifier(process.env);
    const exitCode = await runDaemon({ worker, clock: realClock, logger, notifier, reload, close });
    endDespiteReaders();
    return exitCode;
  } finally {
    unlock();
  }
}

/** The driver's lines, and what should be known of this machine before its memory is moved. */
function logStart(logger: Logger, lines: readonly string[], warnings: readonly StartWarning[]): void {
  for (const line of lines) logger.info(line);
  for (const { what, remedy } of warnings) logger.warn(what, remedy === "" ? {} : { remedy });
}

/**
 * One step of every guest, printed; targets stay as the step left them.
 * @throws ERR_NOTHING_TO_DO if no loop is on, `idle` saying why.
 */
async function runOnce(worker: Worker, journal: Journal, plan: RunPlan, idle: string | null): Promise<number> {
  if (idle !== null) throw selfballoonError("ERR_NOTHING_TO_DO", { because: idle });
  endWithReader();
  journal.subscribe((record) => {
    if (record.kind !== "step") return;
    if (plan.json) printJson({ ...record.decision, applied: record.applied });
    else print(onceText(record));
  });
  worker.restoreSettings();
  try {
    await worker.stepOnce();
    return 0;
  } finally {
    await worker.stop({ keepTargets: true });
  }
}

/** What brings pages back from this machine's compressed swap; the swap of other guests is out of our reach. */
async function swapShrinkerFor({ traits }: Backend, config: Config, root: string): Promise<SwapShrinker | null> {
  if (traits.place === "host") return null;
  const { openSwapShrinker } = await import("../swap/open-shrinker.ts");
  return openSwapShrinker({ root, recordFolder: dirname(config.socket) });
}

/** Reads the memory of the host that we run on. */
async function hostReader(root: string): Promise<() => HostReading> {
  const [{ MachineFiles }, { readHostMemory }] = await Promise.all([
    import("../machine/files.ts"),
    import("../machine/host-memory.ts"),
  ]);
  const files = new MachineFiles(root);
  return () => readHostMemory(files);
}

/** What is kept over a restart: only a host has any, and no guest's daemon loads what reads it. */
async function storesFor(
  config: Config,
  journal: Journal,
): Promise<Pick<WorkerOptions, "reservationStore" | "guestSettingsStore">> {
  const [{ reservationStore }, { guestSettingsStore }] = await Promise.all([
    import("./reservation-store.ts"),
    import("./guest-settings-store.ts"),
  ]);
  const tell = tellIn(journal);
  return { reservationStore: reservationStore(config, tell), guestSettingsStore: guestSettingsStore(config, tell) };
}

/** The host's part in its fleet, where it is of one: none of its code is loaded elsewhere. @returns how to end it. */
async function fleetFor(
  { fleet }: Config,
  worker: Worker,
  journal: Journal,
  budget: () => HostBudget | null,
): Promise<() => Promise<void>> {
  if (fleet === null) return () => Promise.resolve();
  const { joinFleet } = await import("./fleet-member.ts");
  return joinFleet(fleet, worker, journal, budget);
}

/** The guest's part with those who give it its memory, where the operator asked for it; a dry run only watches. @returns how to end it. */
async function toolstackFor(
  { joinToolstack }: ToolstackBackend,
  worker: Worker,
  journal: Journal,
  dryRun: boolean,
): Promise<() => Promise<void>> {
  if (joinToolstack === undefined || dryRun) return () => Promise.resolve();
  return joinToolstack({
    change: (changes, privileged) => worker.change(changes, privileged),
    subscribe: (listener) => journal.subscribe(listener),
    tell: tellIn(journal),
    notice: (notice) => void journal.add({ kind: "notice", guest: "*", notice }),
  });
}

/** It changes nothing that is remembered of guests. */
const UNTURNED = { isRepeated: false, turn: null, nowMs: null } as const;

/** Record what is wrong with something that concerns no guest alone. */
function tellIn(journal: Journal): (problem: Problem) => void {
  return ({ code, details, message }) =>
    void journal.add({ kind: "fault", guest: "*", code, details, problem: message, ...UNTURNED });
}

/** History where the configuration or systemd says; for simulated guests beside the socket. Null: nowhere. */
async function historyFor({ traits }: Backend, config: Config, journal: Journal): Promise<KeptHistory | null> {
  if (config.history.directory === null || (config.history.directory === undefined && traits.isReal)) return null;
  const { keepHistory, writableFolder } = await import("../history/keep.ts");
  const directory = config.history.directory ?? writableFolder(join(dirname(config.socket), "history"));
  if (directory === null) return null;
  return keepHistory({
    directory,
    maxMb: config.history.maxMb,
    nowMs: realClock.nowMs,
    subscribe: (take) => journal.subscribe(take),
    onProblem: tellIn(journal),
  });
}
