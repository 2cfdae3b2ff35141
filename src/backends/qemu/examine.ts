import { setTimeout as sleep } from "node:timers/promises";
import type { ExamineContext, OpenBackend } from "../../core/backend.ts";
import { type Finding, finding } from "../../core/finding.ts";
import { examineGuest } from "../host/advice.ts";
import { type AgentFacts, examineAgent } from "../host/examine-agent.ts";
import type { GuestFacts, Remedies, StatisticsFacts } from "../host/guest-facts.ts";
import { NOT_NAMED } from "../host/hindrances.ts";
import { probeGuest } from "../host/probe-guest.ts";
import { createSemaphore } from "../host/semaphore.ts";
import { findSockets } from "../host/socket-search.ts";
import { isOfUse } from "../host/statistics.ts";
import { asSelfballoonError, hasCode } from "../host/thrown.ts";
import { AgentClient } from "./agent.ts";
import { agentPathOf } from "./agent-path.ts";
import { BACKOFF_MS, BalloonMachine } from "./balloon-machine.ts";
import { GuestNames, type NamedSocket } from "./guest-names.ts";
import { findHindrances } from "./hindrances.ts";
import { type Machine, property } from "./machine.ts";

/** Most machines that are looked at, and how many at a time. */
const MAX_GUESTS = 256;
const AT_A_TIME = 16;

/** How long a machine may take for one answer. */
const DEADLINE_MS = 1000;

/** Statistics come a second after they were first asked for. */
const STATISTICS_MS = 2500;
const LOOK_MS = 250;

const REMEDIES: Remedies = {
  balloon: "Add to QEMU: -device virtio-balloon-pci,id=balloon0,deflate-on-oom=on,free-page-reporting=on",
  deflateOnOom: "Where a guest may be short in less than 0.1 s, add deflate-on-oom=on to -device virtio-balloon-pci.",
  freePageReporting:
    "Add free-page-reporting=on to -device virtio-balloon-pci (QEMU 5.1 or later; in the guest Linux 5.7 or later).",
  agentPort:
    "Add to QEMU: -device virtio-serial-pci -chardev socket,id=agent0,path=/run/vm/NAME.qga,server=on,wait=off " +
    "-device virtserialport,chardev=agent0,name=org.qemu.guest_agent.0 (and install qemu-guest-agent in the guest)",
  unballooned: "To take some of it: qom-set /machine/peripheral/ID requested-size BYTES, on the virtio-mem device.",
  hugepages: "Take hugetlb=on, or the mem-path on hugetlbfs, out of QEMU's -object memory-backend and -mem-path.",
  locked: "Take -overcommit mem-lock=on out of QEMU's arguments.",
  vfio: "Take -device vfio-pci out, or do not name this guest under [guests].",
  mdev: "Take -device vfio-pci,sysfsdev=... out, or do not name this guest under [guests].",
  vdpa: "Take -netdev vhost-vdpa or -device vhost-vdpa-device-pci out, or do not name this guest under [guests].",
  disk: "Use another block driver than nvme or virtio-blk-vhost-vdpa, or do not name this guest under [guests].",
  sev: NOT_NAMED,
  snp: NOT_NAMED,
  tdx: NOT_NAMED,
  s390: NOT_NAMED,
  confidential: NOT_NAMED,
};

/** What machines are looked at with. */
export interface ExamineOptions {
  readonly qmp: readonly string[];
  readonly agent: string | null;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** How long a machine or an agent may take for an answer. */
  readonly deadlineMs?: number;
  /** The backend in use, for the machine at one of these sockets alone. */
  readonly open: (path: string, qmpPaths: readonly string[]) => OpenBackend;
}

/** What `doctor` says of the machines behind the sockets. */
export async function examineQemu(
  options: ExamineOptions,
  { found, explainHeld }: ExamineContext,
): Promise<readonly Finding[]> {
  const { paths, problems } = await findSockets(options.qmp);
  const atATime = createSemaphore(AT_A_TIME);
  const examined = await Promise.all(
    paths.slice(0, MAX_GUESTS).map((path) => atATime(() => examineSocket(path, paths, options, explainHeld))),
  );
  const names = new GuestNames().assign(examined);
  const rest = paths.length - MAX_GUESTS;
  return [
    finding("info", `qemu: ${found}.`),
    ...problems.map((problem) => finding("fail", `qemu: ${problem}.`)),
    ...examined.flatMap(({ path, findingsOf }) => findingsOf(names.get(path) ?? path)),
    ...(rest > 0 ? [finding("info", `qemu: ${rest} more sockets were not looked at.`)] : []),
  ];
}

/** A socket that was looked at: what its machine calls itself, and what is said of the guest by the name that it is given. */
interface Examined extends NamedSocket {
  readonly findingsOf: (guest: string) => readonly Finding[];
}

async function examineSocket(
  path: string,
  qmpPaths: readonly string[],
  options: ExamineOptions,
  explainHeld: ExamineContext["explainHeld"],
): Promise<Examined> {
  try {
    const { name, ...facts } = await factsOf(path, qmpPaths, options);
    const reading = await probeGuest(options.open(path, qmpPaths), null, STATISTICS_MS);
    return { path, name, findingsOf: (guest) => examineGuest({ ...facts, guest, reading }, REMEDIES) };
  } catch (thrown) {
    const error = asSelfballoonError(thrown);
    const level = hasCode(error, "ERR_SOCKET_OCCUPIED") ? "info" : "fail";
    const explained = level === "info" ? explainHeld(path) : null;
    return { path, name: null, findingsOf: () => [explained ?? finding(level, `${error.message}.`)] };
  }
}

async function factsOf(
  path: string,
  qmpPaths: readonly string[],
  options: ExamineOptions,
): Promise<Omit<GuestFacts, "guest" | "reading"> & Pick<NamedSocket, "name">> {
  const { nowMs, deadlineMs = DEADLINE_MS } = options;
  const machine = new BalloonMachine({ path, deadlineMs, nowMs, onEvent: () => {} });
  try {
    const known = await machine.discover();
    const { name, balloonPath, deflateOnOom, agentLabel } = known;
    const hasReporting =
      balloonPath !== null && (await property(machine.qmp, balloonPath, "free-page-reporting")) === true;
    return {
      name,
      hasBalloon: balloonPath !== null,
      deflatesOnOom: deflateOnOom,
      reportsFreePages: hasReporting,
      hasAgentPort: agentLabel !== null,
      agent: await askAgent(known, path, qmpPaths, options),
      statistics: balloonPath === null ? "none" : await statisticsOf(machine, balloonPath),
      hindrances: await findHindrances(machine.qmp),
    };
  } finally {
    machine.close();
  }
}

/** What is said to an agent that is not there is kept for it, so nothing is said while its port is closed. */
async function askAgent(
  machine: Machine,
  qmp: string,
  qmpPaths: readonly string[],
  { agent, nowMs, deadlineMs = DEADLINE_MS }: ExamineOptions,
): Promise<AgentFacts> {
  const path = await agentPathOf(machine, qmp, qmpPaths, agent);
  const isClosed = machine.chardevs.some(({ label, frontendOpen }) => label === machine.agentLabel && !frontendOpen);
  if (path === null || isClosed) return { answers: false, isFound: isClosed };
  return examineAgent(new AgentClient({ path, nowMs, deadlineMs, backoffMs: BACKOFF_MS }));
}

async function statisticsOf(machine: BalloonMachine, balloonPath: string): Promise<StatisticsFacts> {
  for (let waitedMs = 0; waitedMs <= STATISTICS_MS; waitedMs += LOOK_MS) {
    const { lastUpdateS, statistics } = await machine.statistics(balloonPath);
    if (lastUpdateS !== null && lastUpdateS > 0) return isOfUse(statistics) ? "given" : "empty";
    await sleep(LOOK_MS);
  }
  return "none";
}
