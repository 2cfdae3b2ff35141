import { type Finding, finding } from "../../core/finding.ts";

/** What a host knows of one of its guests, in so far as ballooning it depends on it. */
export interface GuestFacts {
  readonly guest: string;
  readonly hasBalloon: boolean;
  readonly deflatesOnOom: boolean;
  /** Whether the machine has a port for the guest agent, and whether an agent answers there. */
  readonly hasAgentPort: boolean;
  readonly hasAgent: boolean;
  /** Whether the balloon's driver has ever given statistics. */
  readonly hasStatistics: boolean;
  /** The guest's swap, in bytes; null if that is not known, as without an agent. */
  readonly swapBytes: number | null;
  /** What keeps memory that the balloon took from coming free. */
  readonly hindrances: readonly Hindrance[];
}

/** Memory that stays with the machine whatever its balloon takes. */
export type Hindrance = "hugepages" | "locked" | "vfio";

/** What mends each thing that may be missing, in the words of the program that runs the machine. */
export type Remedies = Readonly<Record<"balloon" | "deflateOnOom" | "agentPort" | Hindrance, string>>;

const HINDRANCES: Readonly<Record<Hindrance, string>> = {
  hugepages: "its memory is made of hugepages, of which a balloon frees none",
  locked: "its memory is locked, so nothing that the balloon takes comes free",
  vfio: "it has a VFIO device, which pins all its memory: QEMU then leaves the balloon without effect",
};

/** What `doctor` says of one guest: what is missing, and the line that mends it. */
export function examineGuest(facts: GuestFacts, remedies: Remedies): readonly Finding[] {
  const { guest } = facts;
  if (!facts.hasBalloon) {
    return [{ level: "fail", what: `${guest} has no balloon device, so it can't be moved.`, remedy: remedies.balloon }];
  }
  const findings = [
    ...facts.hindrances.map((name) => finding("fail", `${guest}: ${HINDRANCES[name]}.`, remedies[name])),
    ...sourceFindings(facts, remedies),
    ...(facts.deflatesOnOom ? [] : [finding("info", `${guest} has no deflate-on-oom.`, remedies.deflateOnOom)]),
    ...(facts.swapBytes === 0 ? [finding("warn", `${guest} has no swap: ${NO_SWAP}`, ADD_SWAP)] : []),
  ];
  const isWell = findings.every(({ level }) => level === "info");
  return isWell ? [finding("ok", `${guest} has a balloon, an agent and statistics.`, ""), ...findings] : findings;
}

const NO_SWAP = "a single allocation larger than its free memory is refused, and a burst has nowhere to go.";
const ADD_SWAP = "In the guest: set up zram (zram-tools, systemd-zram-generator) or a swap file.";

function sourceFindings(facts: GuestFacts, remedies: Remedies): readonly Finding[] {
  const { guest, hasAgent, hasAgentPort, hasStatistics } = facts;
  const findings: Finding[] = [];
  if (!hasAgent) {
    const source = hasStatistics
      ? "its committed memory is estimated from the balloon's statistics"
      : "it is left alone";
    const remedy = hasAgentPort ? "In the guest: install and start qemu-guest-agent." : remedies.agentPort;
    const missing = hasAgentPort ? "no guest agent that answers" : "no port for a guest agent";
    findings.push(finding("warn", `${guest} has ${missing}: ${source}.`, remedy));
  }
  if (!hasStatistics) {
    const what = `${guest} gives no balloon statistics: its driver is not loaded, or has yet to start.`;
    findings.push(finding(hasAgent ? "info" : "fail", what, "In the guest: modprobe virtio_balloon."));
  }
  return findings;
}
