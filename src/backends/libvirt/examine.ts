import type { Finding } from "../../core/finding.ts";
import { examineGuest, type GuestFacts, type Hindrance, type Remedies } from "../host/advice.ts";
import { probeGuest } from "../host/probe-guest.ts";
import { asSelfballoonError } from "../host/thrown.ts";
import { createTurns } from "../host/turns.ts";
import { createLibvirtBackend, type LibvirtOptions } from "./backend.ts";
import { parseBalloonDevice } from "./balloon-device.ts";
import type { Domain } from "./libvirt.ts";
import { DomainSnapshot } from "./snapshot.ts";

/** Most domains that are looked at, and how many at a time. */
const MOST_GUESTS = 256;
const AT_A_TIME = 8;

const READ_MS = 5000;

const REMEDIES: Remedies = {
  balloon:
    "In <devices>: <memballoon model='virtio' autodeflate='on' freePageReporting='on'><stats period='1'/></memballoon>",
  deflateOnOom: "Where a guest may be short in less than 0.1 s: autodeflate='on' in <memballoon>.",
  agentPort:
    "In <devices>: <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel> " +
    "(and install qemu-guest-agent in the guest)",
  hugepages: "Take <hugepages/> out of <memoryBacking>.",
  locked: "Take <locked/> out of <memoryBacking>.",
  vfio: "Take the PCI <hostdev> out, or do not name this guest under [guests].",
};

/** What in a domain's XML keeps memory with the machine (libvirt, formatdomain: memory backing, host devices). */
const HINDRANCES: Readonly<Record<Hindrance, RegExp>> = {
  hugepages: /<hugepages\b/,
  locked: /<locked\b/,
  vfio: /<(?:hostdev\b[^>]*\btype=["']pci["']|interface\b[^>]*\btype=["']hostdev["'])/,
};

/** The channel of the guest agent, whether or not somebody in the guest has it open. */
const AGENT_PORT = /<target\b[^>]*\bname=["']org\.qemu\.guest_agent\.0["']/;

/** What `doctor` says of the active domains. */
export async function examineLibvirt(options: LibvirtOptions): Promise<readonly Finding[]> {
  try {
    return await examineDomains(options);
  } finally {
    await options.libvirt.close();
  }
}

async function examineDomains(options: LibvirtOptions): Promise<readonly Finding[]> {
  const domains = [...(await new DomainSnapshot(options.libvirt, options.nowMs).read()).values()].slice(0, MOST_GUESTS);
  const turns = createTurns(AT_A_TIME);
  const found = await Promise.all(domains.map((domain) => turns(() => examineDomain(domain, options))));
  return found.flat();
}

async function examineDomain(domain: Domain, options: LibvirtOptions): Promise<readonly Finding[]> {
  try {
    const xml = await options.libvirt.describe(domain.uuid);
    const backend = await createLibvirtBackend(options).open();
    const probed = await probeGuest(backend, domain.name, READ_MS);
    return examineGuest({ ...factsOf(domain, xml), ...probed }, REMEDIES);
  } catch (thrown) {
    return [{ level: "fail", what: `${domain.name}: ${asSelfballoonError(thrown).message}.`, remedy: "" }];
  }
}

function factsOf(domain: Domain, xml: string): Omit<GuestFacts, "hasAgent" | "swapBytes"> {
  const device = parseBalloonDevice(xml);
  const names = Object.keys(HINDRANCES) as readonly Hindrance[]; // the keys of a complete record
  return {
    guest: domain.name,
    hasBalloon: device !== null,
    deflatesOnOom: device?.deflateOnOom ?? false,
    hasAgentPort: AGENT_PORT.test(xml),
    hasStatistics: domain.statistics.totalBytes !== null,
    hindrances: names.filter((name) => HINDRANCES[name].test(xml)),
  };
}
