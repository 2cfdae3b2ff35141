import { dirname, join } from "node:path";
import { createApi } from "../api/api.ts";
import type { Api } from "../api/route.ts";
import { serveSocket } from "../api/server.ts";
import { endWithReader, print, printJson } from "../cli/output.ts";
import type { RunPlan } from "../cli/ports.ts";
import { configure } from "../config/configure.ts";
import { type Config, loadConfig } from "../config/load.ts";
import { keysForRestart } from "../config/restart-keys.ts";
import { ALL_GUESTS } from "../core/all-guests.ts";
import type { Backend } from "../core/backend.ts";
import { type Problem, selfballoonError } from "../core/errors.ts";
import type { HostPastPort } from "../core/history.ts";
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
import type { HostMemory } from "../machine/host-memory.ts";
import { realClock } from "../time/clock.ts";
import { VERSION } from "../version.ts";
import { addFault } from "./add-fault.ts";
import { announce, describe, linesOfHost, onceText } from "./announce.ts";
import { chooseBackend, isOwnHost, onlyManaged, requireBudget, rulesFor } from "./backends.ts";
import { serveDashboard } from "./dashboard.ts";
import { driverLines } from "./driver-lines.ts";
import { LiveConfiguration, type OwnConfiguration } from "./live-configuration.ts";
import { LiveNotify } from "./live-notify.ts";
import { findStartFacts, idleBecause, policyFor } from "./start-up.ts";
import { type StartWarning, startWarnings } from "./start-warnings.ts";
import { statePath } from "./state-file.ts";

/** Records that the journal keeps: an hour of one guest at the default interval, with room for the rest. */
const JOURNAL_RECORDS = 1024;

/** `selfballoon run`: put the house together, and live in it until a signal comes. @returns the exit code. */
export async function run(plan: RunPlan): Promise<number> {
  const { flags } = plan;
  const config = await loadConfig(flags, process.env, "nothing was started");
  const choice = await chooseBackend(config, flags.root, plan.real && config.backend === "auto");
  const { backend } = choice;
  requireBudget(backend, config, "nothing was started");
  const policy = policyFor(backend, config);
  const facts = findStartFacts(backend, flags.root, plan.bootOptions, policy);
  const own = (of: Config, consequence: string): OwnConfiguration => ({
    configured: configure(of, facts, consequence),
    rules: rulesFor(backend, of, plan.dryRun),
  });
  const live = new LiveConfiguration(own(config, "nothing was started"));
  const unlock = takeLock(join(dirname(config.socket), "selfballoon.lock"));
  try {
    const opened = await backend.open();
    const journal = new Journal(JOURNAL_RECORDS, realClock.wallMs);
    const logger = createLogger({ json: plan.json, isQuiet: plan.log === "quiet" });
    if (!plan.once) tellRecords(journal, logger, plan);
    const fleet = await fleetOf(config, live, journal);
    const { configured } = live;
    const lookAtHost = await hostReader(backend, flags.root);
    const readHost = lookAtHost === null ? null : () => lookAtHost().reading;
    const worker: Worker = new Worker({
      description: describe(choice, policy, plan.dryRun),
      configured,
      policy,
      hostRules: live.rules,
      readHost,
      backend: onlyManaged(opened, () => worker.hostRules),
      clock: realClock,
      journal,
      dryRun: plan.dryRun,
      ...(live.rules === null ? {} : await storesFor(config, journal)),
      swapShrinker: await swapShrinkerFor(backend, config, flags.root),
    });
    worker.restore();
    if (plan.once) return await runOnce(worker, journal, plan, idleBecause(backend, configured.settings));
    const hostLines = await linesOfHost(choice, opened, worker.hostRules, config, readHost);
    const history = await historyFor(backend, config, journal);
    const hostPast = await hostPastFor(
      backend,
      worker,
      journal,
      history === null ? null : statePath(config, "host-past.json"),
    );
    const warnings = await startWarnings(backend, opened, configured.settings, flags.root, config, lookAtHost);
    let address: string | null = null;
    const api = createApi(worker, VERSION, {
      history: history?.port ?? null,
      hostPast: hostPast.port,
      url: () => address,
    });
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
    const leaveFleet = fleet(worker, api);
    const told = new LiveNotify(journal);
    await told.take(config.notify);
    const leaveToolstack = await toolstackFor(backend, worker, journal, plan.dryRun);
    const close = async (): Promise<void> => {
      await leaveToolstack();
      await leaveFleet();
      await told.close();
      await dashboard.close();
      await closeSocket();
      await hostPast.close();
      await history?.close();
    };
    const reload = async (): Promise<void> => {
      const reloaded = await loadConfig(flags, process.env, "the old settings stay");
      requireBudget(backend, reloaded, "the old settings stay");
      live.reload(own(reloaded, "the old settings stay"));
      worker.configure(live.configured, live.rules);
      await told.take(reloaded.notify);
      const keys = keysForRestart(config, reloaded);
      if (keys.length > 0) logger.warn("Not all that was changed can be reloaded: these take a restart.", { keys });
    };
    const notifier = createNotifier(process.env);
    const exitCode = await runDaemon({ worker, clock: realClock, logger, notifier, reload, close });
    endDespiteReaders();
    return exitCode;
  } finally {
    unlock();
  }
}

/** Print each step where that was asked for, and log all that is worth it. */
function tellRecords(journal: Journal, logger: Logger, { json, log, dryRun }: RunPlan): void {
  const printStep = boundedOutput(process.stdout, () => null); // the records' own numbers show what is missing
  if (json) journal.subscribe((record) => record.kind === "step" && printStep(shownJson(record)));
  journal.subscribe(logRecords(logger, { isVerbose: log === "all", isDryRun: dryRun }));
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

/** Reads the memory of the host that we run on; null where the backend is on no host, or on another. */
async function hostReader(backend: Backend, root: string): Promise<(() => HostMemory) | null> {
  if (!isOwnHost(backend)) return null;
  const [{ MachineFiles }, { lookAtHostMemory }] = await Promise.all([
    import("../machine/files.ts"),
    import("../machine/host-memory.ts"),
  ]);
  const files = new MachineFiles(root);
  return () => lookAtHostMemory(files);
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

/**
 * The host's part in its fleet, where it is of one: none of its code is loaded elsewhere. What the fleet has set is configured
 * from here on. @returns how to join it, which returns how to leave it.
 */
async function fleetOf(
  config: Config,
  live: LiveConfiguration,
  journal: Journal,
): Promise<(worker: Worker, api: Api) => () => Promise<void>> {
  const { fleet } = config;
  if (fleet === null) return () => () => Promise.resolve();
  const [{ fleetSettingsOf }, { joinFleet }] = await Promise.all([
    import("./fleet-settings.ts"),
    import("./fleet-member.ts"),
  ]);
  const settings = fleetSettingsOf(fleet, live, journal, config);
  return (worker, api) => joinFleet(fleet, worker, api, journal, settings);
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
    notice: (notice) => void journal.add({ kind: "notice", guest: ALL_GUESTS, notice }),
  });
}

/** Record what is wrong with something that concerns no guest alone. */
function tellIn(journal: Journal): (problem: Problem) => void {
  return (problem) => addFault(journal, problem);
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

/** What the guests of a host save together; a guest's daemon loads none of it. */
async function hostPastFor(
  { traits }: Backend,
  worker: Worker,
  journal: Journal,
  path: string | null,
): Promise<{ readonly port: HostPastPort | null; readonly close: () => Promise<void> }> {
  if (traits.place !== "host") return { port: null, close: () => Promise.resolve() };
  const { keepHostPast } = await import("../history/keep-host-past.ts");
  return keepHostPast({
    path,
    guests: () => worker.guests(),
    subscribe: (take) => journal.subscribe(take),
    onProblem: tellIn(journal),
  });
}
