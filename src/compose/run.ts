import { dirname, join } from "node:path";
import { createApi } from "../api/api.ts";
import { serveSocket } from "../api/server.ts";
import { endWithReader, mibText, print, printJson } from "../cli/output.ts";
import type { RunPlan } from "../cli/ports.ts";
import { type Config, loadConfig } from "../config/load.ts";
import type { StepRecord } from "../core/control.ts";
import type { Policy } from "../core/policy.ts";
import { realClock } from "../daemon/clock.ts";
import { Journal } from "../daemon/journal.ts";
import { runDaemon } from "../daemon/lifecycle.ts";
import { takeLock } from "../daemon/lock.ts";
import { createLogger, logRecords } from "../daemon/logger.ts";
import { createNotifier } from "../daemon/notify.ts";
import { Worker } from "../daemon/worker.ts";
import { VERSION } from "../version.ts";
import { reasonText } from "../view/reason-text.ts";
import { type Choice, chooseBackend } from "./backends.ts";
import { type Dashboard, serveDashboard } from "./dashboard.ts";
import { driverLines } from "./driver-lines.ts";
import { keepHistory } from "./history.ts";
import { isHost, onlyNamed, rulesFor } from "./host.ts";
import { namedGuestsText } from "./named-guests.ts";
import { findStartFacts, startTunables } from "./start-up.ts";
import { createSwapShrinker } from "./swap-shrinker.ts";

/** Records that the journal keeps: an hour of one guest at the default interval, with room for the rest. */
const JOURNAL_RECORDS = 1024;

/** `selfballoon run`: put the house together, and live in it until a signal comes. @returns the exit code. */
export async function run(plan: RunPlan): Promise<number> {
  const { flags } = plan;
  const config = await loadConfig(flags, process.env, "nothing was started");
  const choice = await chooseBackend(config, flags.root, plan.real && config.backend === "auto");
  const { backend } = choice;
  const facts = findStartFacts(backend, flags.root, plan.bootOptions);
  let rules = rulesFor(backend, config, plan.dryRun);
  const configured = startTunables(backend, facts, config, "nothing was started", rules);
  const unlock = takeLock(join(dirname(config.socket), "selfballoon.lock"));
  try {
    const opened = await backend.open();
    const journal = new Journal(JOURNAL_RECORDS, realClock.wallMs);
    const worker = new Worker({
      description: describe(choice, config.policy, plan.dryRun),
      configured,
      policy: config.policy,
      hostRules: rules,
      backend: onlyNamed(opened, (guest) => rules?.isNamed(guest) ?? true),
      clock: realClock,
      journal,
      dryRun: plan.dryRun,
      swapShrinker: await createSwapShrinker(backend, config, flags.root),
    });
    if (plan.once) return await runOnce(worker, journal, plan);
    if (plan.json) journal.subscribe((record) => record.kind === "step" && printJson(record));
    const logger = createLogger({ json: plan.json });
    journal.subscribe(logRecords(logger));
    const named = rules !== null && isHost(backend) ? await namedGuestsText(opened, rules, config) : null;
    const history = await keepHistory(backend, config, journal);
    const api = createApi(worker, VERSION, history?.port ?? null);
    const closeSocket = await serveSocket(config.socket, api);
    const dashboard = await serveDashboard(backend, config, api).catch(async (thrown: unknown) => {
      await closeSocket();
      throw thrown;
    });
    if (plan.json && dashboard.problem !== null) logger.warn(dashboard.problem);
    if (plan.json && named !== null) logger.info(named);
    if (!plan.json) announce(choice, dashboard, config, plan.dryRun, history?.directory ?? null, named);
    for (const line of driverLines(backend, configured.settings)) logger.info(line);
    const close = async (): Promise<void> => {
      await dashboard.close();
      await closeSocket();
      await history?.close();
    };
    const reload = async (): Promise<void> => {
      const anew = await loadConfig(flags, process.env, "the old settings stay");
      const newRules = rulesFor(backend, anew, plan.dryRun);
      worker.configure(startTunables(backend, facts, anew, "the old settings stay", newRules), newRules);
      rules = newRules;
    };
    return await runDaemon({ worker, clock: realClock, logger, notifier: createNotifier(process.env), reload, close });
  } finally {
    unlock();
  }
}

function describe({ backend, found }: Choice, policy: Policy, dryRun: boolean): string {
  if (dryRun) return `watching ${found}; a dry run moves nothing`;
  if (backend.name === "swap-only") return `bringing swapped pages back from ${found}`;
  return `selfballooning ${found}${policy === "driver" ? "" : ` (policy ${policy})`}`;
}

function announce(
  { backend, found, passedOver }: Choice,
  dashboard: Dashboard,
  { socket, history }: Config,
  dryRun: boolean,
  historyDirectory: string | null,
  named: string | null,
): void {
  const dry = dryRun ? " This is a dry run: it decides and records, and moves nothing." : "";
  if (backend.name === "simulated") {
    const looked = passedOver.length === 0 ? "" : `No balloon was found on this machine (${passedOver.join("; ")}). `;
    print(
      `${looked}Running ${found}: the law is real, the guests are not, and nothing of this machine is moved.${dry}`,
    );
  } else {
    print(`Found ${found}.${dry}`);
  }
  if (dashboard.url !== null) print(`Dashboard: ${dashboard.url}`);
  if (dashboard.problem !== null) print(dashboard.problem);
  if (dashboard.tokenFile !== null) print(`The token for changes over TCP is in ${dashboard.tokenFile}.`);
  print(`Control socket: ${socket}. Ask it with \`selfballoon status\`, end with Ctrl-C.`);
  if (historyDirectory !== null) print(`History: ${historyDirectory}, at most ${history.maxMb} MiB.`);
  if (named !== null) print(named);
}

/** One step of every guest, printed; targets stay as the step left them. */
async function runOnce(worker: Worker, journal: Journal, plan: RunPlan): Promise<number> {
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

function onceText({ decision, observation, applied }: StepRecord): string {
  const mib = (pages: number | null): string => mibText(pages, observation.pageBytes);
  const done = applied ? "the target was handed to the balloon" : "nothing was moved";
  return (
    `${decision.guest}: has ${mib(observation.totalramPages)}, target ${mib(decision.targetPages)}, ` +
    `goal ${mib(decision.goalPages)}, floor ${mib(decision.floorPages)}. ${reasonText(decision, observation)} (${done})`
  );
}
