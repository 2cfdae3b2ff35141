import { setTimeout as sleep } from "node:timers/promises";
import type { ExamineContext } from "../../core/backend.ts";
import { type Finding, finding } from "../../core/finding.ts";
import { examineGuest } from "../host/advice.ts";
import { type AgentFacts, examineAgent } from "../host/examine-agent.ts";
import type { GuestFacts, Remedies, StatisticsFacts } from "../host/guest-facts.ts";
import { NOT_NAMED } from "../host/hindrances.ts";
import { probeGuest } from "../host/probe-guest.ts";
import { createSemaphore } from "../host/semaphore.ts";
import { isOfUse } from "../host/statistics.ts";
import { asSelfballoonError } from "../host/thrown.ts";
import { LibvirtAgent } from "./agent.ts";
import { parseBalloonDevice } from "./balloon-device.ts";
import { type Connection, fixedConnections } from "./connections.ts";
import { findHindrances } from "./hindrances.ts";
import { LibvirtHosts, type LibvirtHostsOptions } from "./hosts.ts";
import type { Domain, Libvirt } from "./libvirt.ts";
import { DomainSnapshot, type Domains } from "./snapshot.ts";

/** Most connections that are looked at, most domains of each, and how many at a time. */
const MAX_CONNECTIONS = 64;
const MAX_GUESTS = 256;
const AT_A_TIME = 8;

const READ_MS = 5000;

/** After so long no other connection is looked at, and no other domain of one. */
const EXAMINE_MS = 30_000;
const CONNECTION_MS = 15_000;

/** An agent is asked once, so there is no second failure to wait longer after. */
const BACKOFF_MS = { first: 1000, max: 1000 };

/** Where nobody had chosen a period, statistics come a second after reading has chosen one. */
const LOOKS = 5;
const LOOK_MS = 500;

const REMEDIES: Remedies = {
  balloon:
    "In <devices>: <memballoon model='virtio' autodeflate='on' freePageReporting='on'><stats period='1'/></memballoon>",
  deflateOnOom: "Where a guest may be short in less than 0.1 s: autodeflate='on' in <memballoon>.",
  freePageReporting:
    "freePageReporting='on' in <memballoon> (libvirt 6.9 and QEMU 5.1 or later; in the guest Linux 5.7 or later).",
  agentPort:
    "In <devices>: <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel> " +
    "(and install qemu-guest-agent in the guest)",
  unballooned: "To take some of it: virsh update-memory-device NAME --requested-size KIB, on the virtio-mem device.",
  hugepages: "Take <hugepages/> out of <memoryBacking>.",
  locked: "Take <locked/> out of <memoryBacking>.",
  vfio: "Take the PCI <hostdev> out, or do not name this guest under [guests].",
  mdev: "Take <hostdev type='mdev'> out, or do not name this guest under [guests].",
  vdpa: "Take <interface type='vdpa'> out, or do not name this guest under [guests].",
  disk: "Use another <disk> than type='nvme' or type='vhostvdpa', or do not name this guest under [guests].",
  sev: NOT_NAMED,
  snp: NOT_NAMED,
  tdx: NOT_NAMED,
  s390: NOT_NAMED,
  confidential: NOT_NAMED,
};

/** The channel of the guest agent, whether or not somebody in the guest has it open. */
const AGENT_PORT = /<target\b[^>]*\bname=["']org\.qemu\.guest_agent\.0["'][^>]*>/;

/** One connection, and what domains are looked at with. */
interface Examined extends Omit<LibvirtHostsOptions, "connections"> {
  readonly connection: Connection;
  readonly libvirt: Libvirt;
}

/** What `doctor` says of the active domains. */
export async function examineLibvirt(
  { connections: { find }, ...clocks }: LibvirtHostsOptions,
  { found }: Pick<ExamineContext, "found">,
): Promise<readonly Finding[]> {
  const { connections } = await find();
  const findings = [finding("info", `libvirt: ${found}.`)];
  const endMs = clocks.nowMs() + EXAMINE_MS;
  let looked = 0;
  for (const connection of connections.slice(0, MAX_CONNECTIONS)) {
    if (clocks.nowMs() > endMs) break;
    findings.push(...(await examineConnection(connection, clocks)));
    looked += 1;
  }
  const rest = connections.length - looked;
  if (rest > 0) findings.push(finding("info", `libvirt: ${rest} more connections were not looked at.`));
  return findings;
}

async function examineConnection(
  connection: Connection,
  clocks: Omit<LibvirtHostsOptions, "connections">,
): Promise<readonly Finding[]> {
  const libvirt = connection.open();
  try {
    return await examineDomains({ ...clocks, connection, libvirt });
  } catch (thrown) {
    return [finding("fail", `libvirt: ${connection.uri}: ${asSelfballoonError(thrown).message}.`)];
  } finally {
    await libvirt.close();
  }
}

async function examineDomains(options: Examined): Promise<readonly Finding[]> {
  const domains = [...(await readDomains(options)).values()];
  const atATime = createSemaphore(AT_A_TIME);
  const endMs = options.nowMs() + CONNECTION_MS;
  const late: readonly Finding[] = [];
  const findings = await Promise.all(
    domains
      .slice(0, MAX_GUESTS)
      .map((domain) => atATime(async () => (options.nowMs() > endMs ? late : examineDomain(domain, options)))),
  );
  const rest = domains.length - findings.filter((one) => one !== late).length;
  return [
    ...findings.flat(),
    ...(rest > 0 ? [finding("info", `libvirt: ${rest} more domains were not looked at.`)] : []),
  ];
}

function readDomains({ libvirt, nowMs }: Examined): Promise<Domains> {
  return new DomainSnapshot(libvirt, nowMs).read();
}

async function examineDomain(domain: Domain, options: Examined): Promise<readonly Finding[]> {
  try {
    const xml = await options.libvirt.describe(domain.uuid);
    const device = parseBalloonDevice(xml);
    const port = AGENT_PORT.exec(xml)?.[0] ?? null;
    const agent = await askAgent(domain, port, options);
    const reading = await probeGuest(alone(options), domain.name, READ_MS);
    const facts: GuestFacts = {
      guest: domain.name,
      hasBalloon: device !== null,
      deflatesOnOom: device?.deflateOnOom ?? false,
      reportsFreePages: /<memballoon\b[^>]*\bfreePageReporting=["']on["']/.test(xml),
      hasAgentPort: port !== null,
      agent,
      reading,
      statistics: await statisticsOf(domain, device?.periodS === null, options),
      hindrances: findHindrances(xml),
    };
    return examineGuest(facts, REMEDIES);
  } catch (thrown) {
    return [finding("fail", `${domain.name}: ${asSelfballoonError(thrown).message}.`)];
  }
}

/** The backend over that connection, and a client of its own: it is closed after one guest. */
function alone({ connection, nowMs, nowS }: Examined): LibvirtHosts {
  return new LibvirtHosts({ connections: fixedConnections([connection]), nowMs, nowS });
}

async function askAgent(domain: Domain, port: string | null, { libvirt, nowMs }: Examined): Promise<AgentFacts> {
  const isClosed = port === null || /\bstate=["']disconnected["']/.test(port);
  if (isClosed || !domain.running) return { answers: false, isFound: true };
  const agent = new LibvirtAgent({ libvirt, uuid: domain.uuid, nowMs, backoffMs: BACKOFF_MS });
  agent.startReading();
  return examineAgent(agent);
}

async function statisticsOf(domain: Domain, isNew: boolean, options: Examined): Promise<StatisticsFacts> {
  let now: Domain | undefined = domain;
  for (let looks = 0; isNew && now !== undefined && !isUpdated(now) && looks < LOOKS; looks += 1) {
    await sleep(LOOK_MS);
    now = (await readDomains(options)).get(domain.uuid);
  }
  if (now === undefined || !isUpdated(now)) return "none";
  return isOfUse(now.statistics) ? "given" : "empty";
}

/** libvirt before 2.1 gives statistics without saying when they were updated. */
function isUpdated({ lastUpdateS, statistics }: Domain): boolean {
  return (lastUpdateS !== null && lastUpdateS > 0) || isOfUse(statistics);
}
