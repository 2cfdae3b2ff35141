import type { Cancellation } from "../../../core/backend.ts";
import { BYTES_PER_KIB } from "../../../core/units.ts";
import type { AgentReply, AgentRequest } from "../../host/agent-protocol.ts";
import { domainStats } from "../domstats.ts";
import type { AgentCall, Domain, DomainEvent, Libvirt } from "../libvirt.ts";
import { askAgent } from "./agent-command.ts";
import { EventCallbacks } from "./events.ts";
import { NAMED_LIMITS, type RpcLimits } from "./limits.ts";
import { PROCEDURES } from "./procedures.ts";
import { RpcSession, type RpcSessionOptions } from "./session.ts";
import { domainArgument, readAllStats, readMemoryStats, readString, type StatsRecord } from "./values.ts";
import { XdrWriter } from "./xdr-writer.ts";

/** virDomainStatsTypes: state and balloon. */
const STATISTICS = 0b101;

/** Active domains; those that are busy say less, instead of keeping the others waiting (..._STATS_ACTIVE, _NOWAIT). */
const ACTIVE_NOWAIT = 0x2000_0001;

/** virDomainModificationImpact: the running domain, not its configuration. */
const LIVE = 1;

/** REMOTE_DOMAIN_MEMORY_STATS_MAX. */
const MAX_MEMORY_STATS = 1024;

/** virDomainMemoryStatTags: what the balloon leaves. */
const ACTUAL_BALLOON = 6;

export interface RpcLibvirtOptions {
  /** For messages, as the operator wrote it. */
  readonly uri: string;
  /** Sockets that may lead to the daemon, the best one first. */
  readonly paths: readonly string[];
  /** What the daemon may say over each connection; if it is not said, as much as one that the operator names. */
  readonly limits?: RpcLimits;
  /** What is opened there, such as `qemu:///system`. */
  readonly name: string;
  /** How long libvirt may take for one call. */
  readonly deadlineMs: number;
  readonly nowMs: () => number;
}

/**
 * libvirt by its own protocol, through its daemon's unix socket. Agents have connections of their own: libvirt works on
 * few calls of a client at a time, and those to agents that hang keep their places.
 */
export class RpcLibvirt implements Libvirt {
  readonly uri: string;
  readonly isQuick = true;
  private readonly control: RpcSession;
  private readonly agents: RpcSession;
  private readonly doubtful: RpcSession;
  private readonly callbacks = new EventCallbacks();
  private listener: (event: DomainEvent) => void = () => {};

  constructor({ uri, limits = NAMED_LIMITS, ...options }: RpcLibvirtOptions) {
    const silent: RpcSessionOptions = { ...options, limits, onEvent: () => {}, onOpen: () => Promise.resolve() };
    this.uri = uri;
    this.agents = new RpcSession(silent);
    this.doubtful = new RpcSession(silent);
    this.control = new RpcSession({
      ...silent,
      onOpen: (connection, deadlineMs) => this.callbacks.register(connection, deadlineMs),
      onEvent: (message) => {
        const event = this.callbacks.read(message);
        if (event !== null) this.listener(event);
      },
    });
  }

  async probe(): Promise<void> {
    await this.control.connected();
  }

  listen(listener: (event: DomainEvent) => void): void {
    this.listener = listener;
  }

  async domains(): Promise<readonly Domain[]> {
    const args = new XdrWriter().uint(0).uint(STATISTICS).uint(ACTIVE_NOWAIT).bytes(); // of all domains
    const records = await this.control.call({ procedure: PROCEDURES.allStatistics, args, read: readAllStats });
    return records.map(domainOf);
  }

  async domain(uuid: string): Promise<Domain | null> {
    const args = domainArgument(uuid, new XdrWriter().uint(1)).uint(STATISTICS).uint(ACTIVE_NOWAIT).bytes();
    const records = await this.control.call({ procedure: PROCEDURES.allStatistics, args, read: readAllStats });
    const [record] = records.filter(({ domain }) => domain.uuid === uuid);
    return record === undefined ? null : domainOf(record);
  }

  describe(uuid: string): Promise<string> {
    const args = domainArgument(uuid).uint(0).bytes();
    return this.control.call({ procedure: PROCEDURES.describe, args, read: readString });
  }

  async balloonBytes(uuid: string, deadlineMs: number): Promise<number | null> {
    const args = domainArgument(uuid).uint(MAX_MEMORY_STATS).uint(0).bytes();
    const call = { procedure: PROCEDURES.memoryStats, args, read: readMemoryStats, deadlineMs: () => deadlineMs };
    const kib = (await this.control.call(call)).get(ACTUAL_BALLOON);
    return kib === undefined ? null : Number(kib) * BYTES_PER_KIB;
  }

  setStatisticsPeriod(uuid: string, seconds: number): Promise<void> {
    const args = domainArgument(uuid).int(seconds).uint(LIVE).bytes();
    return this.control.call({ procedure: PROCEDURES.setStatisticsPeriod, args, read: () => {} });
  }

  setMemory(uuid: string, bytes: number, cancellation: Cancellation): Promise<void> {
    const kib = BigInt(Math.floor(bytes / BYTES_PER_KIB));
    const args = domainArgument(uuid).uhyper(kib).uint(LIVE).bytes();
    return this.control.call({ procedure: PROCEDURES.setMemory, args, read: () => {}, cancellation });
  }

  askAgent(uuid: string, requests: readonly AgentRequest[], call: AgentCall): Promise<readonly AgentReply[]> {
    return askAgent(call.isDoubtful ? this.doubtful : this.agents, uuid, requests, call);
  }

  async close(): Promise<void> {
    await Promise.all([this.control, this.agents, this.doubtful].map((session) => session.close()));
  }
}

function domainOf({ domain, parameters }: StatsRecord): Domain {
  const numbers = [...parameters].flatMap(([field, value]) =>
    typeof value === "string" ? [] : [[field, Number(value)] as const],
  );
  const { name, uuid, id } = domain;
  return { uuid, id, ...domainStats(name, new Map(numbers)) };
}
