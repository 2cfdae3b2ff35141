import { randomUUID } from "node:crypto";
import type { Cancellation } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";
import { BYTES_PER_KIB } from "../../core/units.ts";
import type { AgentReply, AgentRequest } from "../host/agent-protocol.ts";
import { oneLine } from "../host/json.ts";
import { type DomainIdentity, parseDomainList } from "./domain-list.ts";
import { parseDomstats } from "./domstats.ts";
import type { AgentCall, Domain, Libvirt } from "./libvirt.ts";
import type { RunVirsh } from "./virsh.ts";
import { agentScript, parseAgentReplies } from "./virsh-agent.ts";

const LIST = "list --uuid --id --name";

/** `--nowait`: a domain that is busy says less, instead of keeping the others waiting. */
const DOMSTATS = "domstats --state --balloon --raw --list-active --nowait";

/** libvirt through its own client, virsh, one process a call. */
export class VirshLibvirt implements Libvirt {
  readonly uri: string;
  readonly isQuick = false;
  private readonly run: RunVirsh;
  /** The domains by name when they were last listed. */
  private listed: ReadonlyMap<string, DomainIdentity> = new Map();

  constructor(uri: string, run: RunVirsh) {
    this.uri = uri;
    this.run = run;
  }

  async probe(): Promise<void> {
    await this.run(["uri"]);
  }

  listen(): void {} // nobody tells a client that has no lasting connection

  /**
   * Statistics come by name only. The names stand before and after them, so that one that went from a domain to another
   * meanwhile is seen.
   */
  async domains(): Promise<readonly Domain[]> {
    const [before = "", statistics = "", after = ""] = await this.script([LIST, DOMSTATS, LIST]);
    const [old, now] = [parseDomainList(before), parseDomainList(after)];
    this.listed = now;
    return parseDomstats(statistics).flatMap((stats) => {
      const identity = now.get(stats.name);
      const { uuid, id } = old.get(stats.name) ?? {};
      return identity === undefined || identity.uuid !== uuid || identity.id !== id ? [] : { ...stats, ...identity };
    });
  }

  /** A process that asks of all costs as much as one that asks of one. */
  async domain(uuid: string): Promise<Domain | null> {
    return (await this.domains()).find((domain) => domain.uuid === uuid) ?? null;
  }

  async describe(uuid: string): Promise<string> {
    return (await this.run(["dumpxml", this.argument(uuid)])).stdout;
  }

  async balloonBytes(uuid: string, deadlineMs: number): Promise<number | null> {
    const call = { lane: "control", deadlineMs: () => deadlineMs } as const;
    const { stdout } = await this.run(["dommemstat", this.argument(uuid)], call);
    const kib = /^actual ([0-9]{1,12})$/m.exec(stdout)?.[1];
    return kib === undefined ? null : Number(kib) * BYTES_PER_KIB;
  }

  async setStatisticsPeriod(uuid: string, seconds: number): Promise<void> {
    await this.run(["dommemstat", this.argument(uuid), `--period=${seconds}`, "--live"]);
  }

  async setMemory(uuid: string, bytes: number, cancellation: Cancellation): Promise<void> {
    const size = `--size=${Math.floor(bytes / BYTES_PER_KIB)}`;
    await this.run(["setmem", this.argument(uuid), size, "--live"], { lane: "control", cancellation });
  }

  async askAgent(uuid: string, requests: readonly AgentRequest[], call: AgentCall): Promise<readonly AgentReply[]> {
    const { isDoubtful, deadlineMs, cancellation } = call;
    const lane = isDoubtful ? "doubtful" : "agent";
    const output = await this.run([agentScript(this.spelled(uuid), requests)], { lane, deadlineMs, cancellation });
    return parseAgentReplies(output, requests.length);
  }

  close(): Promise<void> {
    return Promise.resolve(); // each virsh ends by itself
  }

  /** What each of the commands printed. @throws ERR_VIRSH if any of them failed, after which virsh continues. */
  private async script(commands: readonly string[]): Promise<readonly string[]> {
    const mark = randomUUID(); // which no domain has in its name
    const { stdout, stderr } = await this.run([commands.join(`; echo ${mark}; `)]);
    const problem = /^error: (.*)/m.exec(stderr)?.[1];
    if (problem !== undefined) throw selfballoonError("ERR_VIRSH", { command: "domstats", problem: oneLine(problem) });
    return stdout.split(mark);
  }

  private argument(uuid: string): string {
    return `--domain=${this.spelled(uuid)}`;
  }

  /**
   * virsh takes an ID or a UUID that it does not find for a name (virsh-util.c): those of a domain that has just ended must
   * not be spelled as the name of another. A UUID without letters has one spelling; then there is the ID.
   */
  private spelled(uuid: string): string {
    const id = [...this.listed.values()].find((domain) => domain.uuid === uuid)?.id;
    const spellings = [uuid, uuid.toUpperCase(), ...(id === undefined ? [] : [String(id)])];
    const spelled = spellings.find((spelling) => !this.listed.has(spelling));
    if (spelled !== undefined) return spelled;
    throw selfballoonError("ERR_VIRSH", {
      command: `--domain=${uuid}`,
      problem: "another domain has this for its name",
    });
  }
}
