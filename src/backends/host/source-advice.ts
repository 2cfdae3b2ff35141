import { type Finding, finding } from "../../core/finding.ts";
import type { GuestFacts, Remedies } from "./guest-facts.ts";
import type { GuestSystem } from "./guest-system.ts";

type Facts = Omit<GuestFacts, "hindrances">;

/** What `doctor` says of where a guest's readings come from: its agent, and the balloon's statistics. */
export function sourceFindings(facts: Facts, remedies: Pick<Remedies, "agentPort">): readonly Finding[] {
  const { reading } = facts;
  if (reading.isLeftAlone) {
    return [finding("info", `${reading.problem}: what its agent and its statistics say could not be judged.`)];
  }
  return [...agentFindings(facts, remedies), ...statisticsFindings(facts)];
}

function agentFindings(facts: Facts, remedies: Pick<Remedies, "agentPort">): readonly Finding[] {
  const { guest, agent, hasAgentPort, reading } = facts;
  const instead =
    facts.statistics === "given"
      ? "its committed memory is estimated from the balloon's statistics"
      : "nothing says what it needs, and it is left alone";
  if (!agent.answers) {
    if (reading.isByAgent) return []; // it was only late
    if (!hasAgentPort)
      return [finding("warn", `${guest} has no port for a guest agent: ${instead}.`, remedies.agentPort)];
    return [silentFinding(guest, agent.isFound, instead)];
  }
  const { system, blocked } = agent;
  if (system !== null && system.family !== "linux") {
    return [finding("info", `${guest} runs ${system.name}, whose files say nothing of its memory: ${instead}.`)];
  }
  if (agent.isFrozen) {
    const what = `${guest}: its filesystems are frozen, as for a backup, and its guest agent reads no files meanwhile.`;
    return [finding("warn", what, "If no backup is running, thaw them: guest-fsfreeze-thaw (virsh domfsthaw).")];
  }
  if (blocked.length > 0) {
    const what = `${guest}: its guest agent answers, but these of its commands are blocked: ${blocked.join(", ")}`;
    const consequence = reading.isByAgent ? "handles of files are not given back" : instead;
    return [finding("warn", `${what}. So ${consequence}.`, allow(blocked))];
  }
  if (reading.isByAgent) return [];
  if (reading.problem !== null)
    return [finding("fail", `${guest} can't be read, and so it is not moved: ${reading.problem}.`)];
  const why = "files below /proc are missing, or do not hold what they should";
  return [
    finding("warn", `${guest}: its guest agent answers, but the guest can't be read by it: ${why}. So ${instead}.`),
  ];
}

function silentFinding(guest: string, isFound: boolean, instead: string): Finding {
  if (isFound) return finding("warn", `${guest} has no guest agent that answers: ${instead}.`, START_AGENT);
  const what = `${guest}: the socket of its guest agent is called after neither the machine nor an agent, or is not there`;
  return finding("warn", `${what}: ${instead}.`, "Name it as `agent` under [backend].");
}

const START_AGENT = "In the guest: install and start qemu-guest-agent.";

/** QEMU, docs/interop/qemu-ga: `block-rpcs` was `blacklist` before 7.2. Red Hat's unit passes options from a file of its own. */
function allow(blocked: readonly string[]): string {
  return (
    `In the guest: take ${blocked.join(", ")} out of block-rpcs (before QEMU 7.2: blacklist) in /etc/qemu/qemu-ga.conf, or add ` +
    "them to allow-rpcs if that is set; on RHEL and its kin in BLACKLIST_RPC, BLOCK_RPCS or FILTER_RPC_ARGS in " +
    "/etc/sysconfig/qemu-ga. Then: systemctl restart qemu-guest-agent"
  );
}

function statisticsFindings({ guest, agent, statistics, reading }: Facts): readonly Finding[] {
  if (statistics === "given") return [];
  const level = reading.isByAgent ? "info" : "fail";
  const system = agent.answers ? agent.system : null;
  if (statistics === "empty") {
    const what = `${guest}: its balloon statistics are empty: the driver updates them, but says nothing of total and free memory.`;
    return [finding(level, what, fillStatistics(system))];
  }
  if (system?.family === "other") {
    const what = `${guest} gives no balloon statistics: the balloon driver of ${system.name} has none that we know of.`;
    return [
      finding(level, what, "Do not name this guest under [guests]: nothing in it can be set so that it gives any."),
    ];
  }
  const what = `${guest} gives no balloon statistics: its driver is not loaded, or has yet to start.`;
  return [finding(level, what, loadDriver(system))];
}

const LINUX_DRIVER = "modprobe virtio_balloon";

/** virtio-win: the driver counts nothing by itself; its service does. */
const WINDOWS_SERVICE =
  "as administrator: sc start BalloonService (if there is no such service, install virtio-win with its balloon driver, " +
  'then: "C:\\Program Files\\Virtio-Win\\Balloon\\blnsvr.exe" -i)';

function loadDriver(system: GuestSystem | null): string {
  if (system?.family === "linux") return `In the guest: ${LINUX_DRIVER}`;
  if (system?.family === "windows") return `In the guest, ${WINDOWS_SERVICE}`;
  return `In a Linux guest: ${LINUX_DRIVER}; in a Windows guest, ${WINDOWS_SERVICE}`;
}

function fillStatistics(system: GuestSystem | null): string {
  if (system?.family === "windows") return `In the guest, ${WINDOWS_SERVICE}`;
  if (system === null) return `In a Windows guest, ${WINDOWS_SERVICE}`;
  return "Use a newer balloon driver in the guest, or do not name it under [guests].";
}
