import type { RunVirsh, VirshOutput } from "../../../src/backends/libvirt/virsh.ts";
import { selfballoonError } from "../../../src/core/errors.ts";
import { FakeAgent } from "../qmp/fake-agent.ts";
import { FakeGuest } from "../qmp/fake-guest.ts";

/** What the fake takes for hanging, instead of waiting for a process that does not end. */
const HUNG_MS = 100;

/** What a call may take that has no deadline of its own. */
const UNLIMITED_MS = 5000;

/** A domain of the fake. */
export interface FakeDomain {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly guest: FakeGuest;
  readonly agent: FakeAgent;
  readonly xml: string;
}

export interface FakeDomainOptions {
  readonly id?: number;
  readonly uuid?: string;
  readonly deflateOnOom?: boolean;
  readonly memballoon?: string;
}

/** virsh 9.0 with its domains, as a function. */
export class FakeVirsh {
  /** By what they were added as. */
  readonly domains = new Map<string, FakeDomain>();
  private added: number;
  /** The argument lists it was called with. */
  readonly calls: (readonly string[])[] = [];
  /** Whether they are remembered: not where there are very many. */
  remember = true;
  hanging = false;
  /** Domains whose agents take what they are asked and never answer. */
  readonly hungAgents = new Set<string>();
  /** What domstats says of a domain's balloon that has moved since. */
  readonly outdatedBytes = new Map<string, number>();
  /** Domains that are paused. */
  readonly paused = new Set<string>();
  /** Domains that are busy and so say nothing of their balloon. */
  readonly busy = new Set<string>();

  /** `firstId`: the first domain's ID, from which its UUID follows. */
  constructor(firstId = 1) {
    this.added = firstId - 1;
  }

  /** A domain starts: its ID is one more than that of the last one. */
  add(name: string, options: FakeDomainOptions = {}): FakeDomain {
    this.added += 1;
    const { deflateOnOom = false, id = this.added, uuid = uuidOf(id) } = options;
    const guest = new FakeGuest({ maximumMib: 512, usedMib: 100, deflateOnOom });
    const memballoon = options.memballoon ?? `<memballoon model='virtio'${deflateOnOom ? " autodeflate='on'" : ""}/>`;
    const domain = {
      id,
      uuid,
      name,
      guest,
      agent: new FakeAgent(guest),
      xml: `<domain>\n  ${memballoon}\n</domain>\n`,
    };
    this.domains.set(name, domain);
    return domain;
  }

  readonly run: RunVirsh = async (args, call) => {
    if (this.remember) this.calls.push(args);
    const [first = ""] = args;
    if (this.hanging) await hang(first, HUNG_MS);
    if (first.startsWith("qemu-agent-command") && [...this.hungAgents].some((name) => this.isNamed(args, name))) {
      await hang(first, call?.deadlineMs?.() ?? UNLIMITED_MS);
    }
    if (args.length === 1 && first.includes(" ")) return this.script(first);
    const output = this.one(args);
    if (output.stderr === "") return output;
    throw selfballoonError("ERR_VIRSH", { command: first, problem: output.stderr.trim() });
  };

  private isNamed(args: readonly string[], name: string): boolean {
    return args.join(" ").includes(this.domains.get(name)?.uuid ?? name);
  }

  /** Commands between semicolons: each prints what it has to say, or its error, and the next one runs anyway. */
  private script(text: string): VirshOutput {
    const outputs = commandsOf(text).map((words) => this.one(words));
    return {
      stdout: outputs.map(({ stdout }) => stdout).join(""),
      stderr: outputs.map(({ stderr }) => stderr).join(""),
    };
  }

  private one([command = "", ...words]: readonly string[]): VirshOutput {
    const domains = [...this.domains.values()];
    if (command === "echo") return said(words.join(" ")); // with -q no newline follows
    if (command === "uri") return said("qemu:///system\n");
    if (command === "list") return said(domains.map(({ uuid, id, name }) => `${uuid} ${id} ${name}\n`).join(""));
    if (command === "domstats") {
      const wanted = words.filter((word) => !word.startsWith("--"));
      const found = wanted.length === 0 ? domains : domains.filter(({ uuid }) => wanted.includes(uuid));
      return said(found.map((domain) => this.domstats(domain)).join(""));
    }
    const word = option(words, "--domain");
    const domain = this.find(word);
    if (domain === undefined) return failed(`failed to get domain '${word}'`);
    if (command === "qemu-agent-command") return agentCommand(domain, option(words, "--cmd"));
    if (command === "dumpxml") return said(domain.xml);
    if (command === "setmem") domain.guest.setTarget(Number(option(words, "--size")) * 1024);
    if (command === "dommemstat") return said(`actual ${domain.guest.actualBytes / 1024}\nrss 409600\n`);
    return said("");
  }

  private domstats({ name, guest }: FakeDomain): string {
    const state = this.paused.has(name) ? 3 : 1;
    const head = `Domain: '${name}'\n  state.state=${state}\n  state.reason=1\n`;
    if (this.busy.has(name)) return `${head}\n`;
    guest.updateStatistics();
    const kib = (bytes: number): number => Math.floor(bytes / 1024);
    const lines = [
      `balloon.current=${kib((this.outdatedBytes.get(name) ?? guest.actualBytes) + guest.unballoonedBytes)}`,
      `balloon.maximum=${kib(guest.maximumBytes + guest.unballoonedBytes)}`,
      "balloon.swap_in=0",
      "balloon.swap_out=0",
      "balloon.major_fault=5",
      `balloon.minor_fault=${guest.toldFaults}`,
      `balloon.unused=${kib(guest.availableBytes)}`,
      `balloon.available=${kib(guest.memTotalBytes)}`,
      `balloon.usable=${kib(guest.availableBytes)}`,
      `balloon.last-update=${guest.lastUpdateS}`,
      "balloon.disk_caches=14336",
      "balloon.rss=409600",
    ];
    return `${head}${lines.map((line) => `  ${line}\n`).join("")}\n`;
  }

  /** As virsh does: by ID, else by UUID, else by name. */
  private find(word: string): FakeDomain | undefined {
    const domains = [...this.domains.values()];
    return (
      domains.find(({ id }) => String(id) === word) ??
      domains.find(({ uuid }) => uuid === word.toLowerCase()) ??
      domains.find(({ name }) => name === word)
    );
  }
}

function uuidOf(id: number): string {
  return `6695eb01-f6a4-8304-79aa-${String(id).padStart(12, "0")}`;
}

function agentCommand({ agent }: FakeDomain, request: string): VirshOutput {
  if (!agent.running) return failed("Guest agent is not responding: QEMU guest agent is not connected");
  const { error, ...reply } = JSON.parse(agent.answer(request).join(""));
  if (error === undefined) return said(`${JSON.stringify(reply)}\n`);
  return failed(`internal error: unable to execute QEMU agent command: ${error.desc}`);
}

async function hang(command: string, deadlineMs: number): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, deadlineMs));
  throw selfballoonError("ERR_DEADLINE", { what: `virsh ${command}`, deadlineMs });
}

function said(stdout: string): VirshOutput {
  return { stdout, stderr: "" };
}

function failed(error: string): VirshOutput {
  return { stdout: "", stderr: `error: ${error}\n` };
}

/** What stands behind `name`, as the next word or after a `=`. */
function option(words: readonly string[], name: string): string {
  const joined = words.find((word) => word.startsWith(`${name}=`));
  return joined?.slice(name.length + 1) ?? words[words.indexOf(name) + 1] ?? "";
}

/** virsh's command language: words between blanks, in double quotes where a backslash takes the next character. */
function commandsOf(text: string): string[][] {
  const commands: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/"((?:\\.|[^"\\])*)"|([^\s";]+)|(;)/g)) {
    if (end !== undefined) commands.push([]);
    else commands.at(-1)?.push(plain ?? (quoted ?? "").replace(/\\(.)/g, "$1"));
  }
  return commands;
}
