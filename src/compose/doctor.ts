import { rowsOf } from "../backends/registry.ts";
import { examineUnreached } from "../backends/unreached-guests.ts";
import { daemonProblems, explainHeld, findDaemon, type RunningDaemon } from "../cli/running-daemon.ts";
import { examineConfig } from "../config/examine.ts";
import type { Config } from "../config/load.ts";
import type { Backend, Probe } from "../core/backend.ts";
import { SelfballoonError } from "../core/errors.ts";
import { type Finding, finding } from "../core/finding.ts";
import { examinePressure, examineZones } from "../machine/examine.ts";
import { examineHostMemory } from "../machine/examine-host.ts";
import { MachineFiles } from "../machine/files.ts";
import { lookAtHostMemory } from "../machine/host-memory.ts";
import { examineSwap } from "../swap/advice.ts";
import { examineAreas } from "../swap/area-risks.ts";
import { detectCompressedSwap, isConfigured } from "../swap/compressed-swap.ts";
import { isOwnHost, loadBackend } from "./backends.ts";
import { budgetWarning } from "./budget-warning.ts";
import { maximumBytes } from "./maximum.ts";
import { examineStart, policyFor } from "./start-up.ts";

/** Collect what is said of this machine by all that judge a part of it: what is present, missing and risky. */
export async function examine(config: Config, root: string): Promise<readonly Finding[]> {
  const files = new MachineFiles(root);
  const running = await findDaemon(config.socket);
  const { used, name, findings } = await examineBackends(config, root, running.daemon);
  const reach = { backend: name, isHost: used !== null && isOwnHost(used) };
  const all = [
    ...findings,
    ...(await examineUnreached(config, root, reach)),
    ...(used?.traits.place === "guest" && used.traits.hasBalloons ? [examineStart(used, config, root)] : []),
    ...(await findingsOf(() => examineMachine(files, used, config))),
    // Swap that may hang the machine does so with or without a balloon, on hosts as well.
    ...(await findingsOf(() => examineAreas(files))),
    ...(await findingsOf(() => [examinePressure(files)])),
    ...examineConfig(config, used === null ? config.policy : policyFor(used, config)),
    ...(await examineTold(config, root)),
    running.finding,
  ];
  files.close();
  return all;
}

interface Examined {
  /** What `run` would use; null if there is nothing. */
  readonly used: Backend | null;
  readonly name: string | null;
  readonly findings: readonly Finding[];
}

/** Look for balloons as `run` does: at each way in its order, up to the first that is usable, which is then examined. */
async function examineBackends(config: Config, root: string, daemon: RunningDaemon | null): Promise<Examined> {
  const findings: Finding[] = [];
  for (const row of rowsOf(config.backend)) {
    const backend = await loadBackend(row, config, root);
    const probe = await probeOf(backend);
    if (probe.usable) {
      findings.push(...(await findingsOf(() => examineUsable(backend, probe.found, daemon))));
      return { used: backend, name: row.name, findings };
    }
    findings.push(absent(row.name, probe, config));
    if (probe.refused) break;
  }
  return { used: null, name: null, findings };
}

/** Where a probe fails `run` ends, and tries no other. */
async function probeOf(backend: Backend): Promise<Probe> {
  try {
    return await backend.probe();
  } catch (thrown) {
    if (!(thrown instanceof SelfballoonError)) throw thrown;
    return { usable: false, refused: true, because: thrown.message };
  }
}

/** Some reasons begin with the name already. */
function absent(
  name: string,
  { because, refused, remedy }: Probe & { readonly usable: false },
  config: Config,
): Finding {
  const level = refused || config.backend !== "auto" ? "fail" : "info";
  return finding(level, because.startsWith(name) ? `${because}.` : `${name}: ${because}.`, remedy);
}

/** What the running daemon knows is said where it keeps us from asking. */
async function examineUsable(
  backend: Backend,
  found: string,
  daemon: RunningDaemon | null,
): Promise<readonly Finding[]> {
  const held: Finding[] = [];
  const explain = (path: string): Finding | null => {
    const explained = explainHeld(daemon, path);
    if (explained !== null) held.push(explained);
    return explained;
  };
  const findings = await backend.examine({ found, explainHeld: explain });
  return held.length > 0 && daemon !== null ? [...findings, ...daemonProblems(daemon)] : findings;
}

/** What is asked of a guest: swap and zones; of a host: what it has and needs. On no guest, its compressed swap if it has any. */
async function examineMachine(files: MachineFiles, used: Backend | null, config: Config): Promise<readonly Finding[]> {
  if (used !== null && isOwnHost(used)) return [...examineHostMemory(files), ...examineBudget(files, config)];
  const isGuest = used?.traits.place === "guest";
  const isOurs = isGuest || files.readIfThere("/proc/meminfo") === null || isConfigured(detectCompressedSwap(files));
  if (!isOurs) return [];
  const zones = isGuest ? examineZones(files) : null;
  const swap = examineSwap(files, isGuest ? await maximumBytes(used.open()) : null);
  return zones === null ? swap : [zones, ...swap];
}

function examineBudget(files: MachineFiles, config: Config): readonly Finding[] {
  const warning = budgetWarning(config, lookAtHostMemory(files));
  return warning === null ? [] : [finding("warn", warning.what, warning.remedy)];
}

async function examineTold({ notify }: Config, root: string): Promise<readonly Finding[]> {
  if (notify === null) return [];
  const { examineNotify } = await import("../notify/examine.ts");
  return examineNotify(notify, root);
}

/** What can't be read is a finding too. */
async function findingsOf(
  examine: () => readonly Finding[] | Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await examine();
  } catch (thrown) {
    if (!(thrown instanceof SelfballoonError)) throw thrown;
    return [finding("fail", `${thrown.message}.`)];
  }
}
