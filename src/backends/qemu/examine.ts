import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "../../core/finding.ts";
import { examineGuest, type GuestFacts, type Hindrance, type Remedies } from "../host/advice.ts";
import { probeGuest } from "../host/probe-guest.ts";
import { asSelfballoonError, hasCode } from "../host/thrown.ts";
import { createTurns } from "../host/turns.ts";
import { createQemuBackend, type QemuOptions } from "./backend.ts";
import { BalloonMachine } from "./balloon-machine.ts";
import { listDevices, property } from "./machine.ts";
import type { QmpClient } from "./qmp.ts";
import { findSockets } from "./socket-paths.ts";

/** Most machines that are looked at, and how many at a time. */
const MOST_GUESTS = 256;
const AT_A_TIME = 16;

/** How long a machine may take for one answer. */
const DEADLINE_MS = 1000;

/** Statistics come a second after they were first asked for. */
const STATISTICS_MS = 2500;
const LOOK_MS = 250;

const REMEDIES: Remedies = {
  balloon: "Add to QEMU: -device virtio-balloon-pci,id=balloon0,deflate-on-oom=on,free-page-reporting=on",
  deflateOnOom: "Where a guest may be short in less than 0.1 s, add deflate-on-oom=on to -device virtio-balloon-pci.",
  agentPort:
    "Add to QEMU: -device virtio-serial-pci -chardev socket,id=agent0,path=/run/vm/NAME.qga,server=on,wait=off " +
    "-device virtserialport,chardev=agent0,name=org.qemu.guest_agent.0 (and install qemu-guest-agent in the guest)",
  hugepages: "Take hugetlb=on, or the mem-path on hugetlbfs, out of QEMU's -object memory-backend and -mem-path.",
  locked: "Take -overcommit mem-lock=on out of QEMU's arguments.",
  vfio: "Take -device vfio-pci out, or do not name this guest under [guests].",
};

/** What is known of a socket that serves somebody else; null: nothing but that. */
export type ExplainOccupied = (path: string) => Finding | null;

/** What `doctor` says of the machines behind the sockets. */
export async function examineQemu(
  options: QemuOptions,
  explain: ExplainOccupied = () => null,
): Promise<readonly Finding[]> {
  const { paths, problems } = await findSockets(options.qmp);
  const turns = createTurns(AT_A_TIME);
  const found = await Promise.all(
    paths.slice(0, MOST_GUESTS).map((path) => turns(() => examineSocket(path, options, explain))),
  );
  const unlisted = problems.map((problem): Finding => ({ level: "fail", what: `qemu: ${problem}.`, remedy: "" }));
  return [...unlisted, ...found.flat()];
}

async function examineSocket(
  path: string,
  options: QemuOptions,
  explain: ExplainOccupied,
): Promise<readonly Finding[]> {
  try {
    const facts = await factsOf(path, options);
    const backend = await createQemuBackend({ ...options, qmp: [path] }).open();
    return examineGuest({ ...facts, ...(await probeGuest(backend, null, STATISTICS_MS)) }, REMEDIES);
  } catch (thrown) {
    const error = asSelfballoonError(thrown);
    const level = hasCode(error, "ERR_SOCKET_OCCUPIED") ? "info" : "fail";
    const explained = level === "info" ? explain(path) : null;
    return [explained ?? { level, what: `${error.message}.`, remedy: "" }];
  }
}

type MachineFacts = Omit<GuestFacts, "hasAgent" | "swapBytes">;

async function factsOf(path: string, { nowMs }: QemuOptions): Promise<MachineFacts> {
  const machine = new BalloonMachine({ path, deadlineMs: DEADLINE_MS, nowMs, onEvent: () => {} });
  try {
    const { name, balloonPath, deflateOnOom, agentLabel } = await machine.discover();
    return {
      guest: name ?? path,
      hasBalloon: balloonPath !== null,
      deflatesOnOom: deflateOnOom,
      hasAgentPort: agentLabel !== null,
      hasStatistics: balloonPath !== null && (await hasStatistics(machine, balloonPath)),
      hindrances: await findHindrances(machine.qmp),
    };
  } finally {
    machine.close();
  }
}

async function hasStatistics(machine: BalloonMachine, balloonPath: string): Promise<boolean> {
  for (let waitedMs = 0; waitedMs <= STATISTICS_MS; waitedMs += LOOK_MS) {
    const { lastUpdateS } = await machine.statistics(balloonPath);
    if (lastUpdateS !== null && lastUpdateS > 0) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

/** Machines of PCs and of microvm alike have their devices and memory backends here. */
async function findHindrances(qmp: QmpClient): Promise<readonly Hindrance[]> {
  const [named, unnamed, objects] = await Promise.all([
    listDevices(qmp, "/machine/peripheral"),
    listDevices(qmp, "/machine/peripheral-anon"),
    listDevices(qmp, "/objects"),
  ]);
  const backends = objects.filter(({ type }) => type.startsWith("memory-backend-"));
  const huge = await Promise.all(
    backends.map(async ({ path }) => {
      const [hugetlb, file] = await Promise.all([property(qmp, path, "hugetlb"), property(qmp, path, "mem-path")]);
      return hugetlb === true || (typeof file === "string" && /huge/i.test(file));
    }),
  );
  const hasVfio = [...named, ...unnamed].some(({ type }) => type.startsWith("vfio-"));
  return [...(huge.includes(true) ? (["hugepages"] as const) : []), ...(hasVfio ? (["vfio"] as const) : [])];
}
