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
  readonly name: string;
  readonly guest: FakeGuest;
  readonly agent: FakeAgent;
  readonly xml: string;
}

/** virsh 9.0 with its domains, as a function. */
export class FakeVirsh {
  readonly domains = new Map<string, FakeDomain>();
  /** The argument lists it was called with. */
  readonly calls: (readonly string[])[] = [];
  hanging = false;
  /** Domains whose agents take what they are asked and never answer. */
  readonly hungAgents = new Set<string>();
  /** What domstats says of a domain's balloon that has moved since. */
  readonly outdatedBytes = new Map<string, number>();
  /** Domains that are paused. */
  readonly paused = new Set<string>();
  /** Domains that are busy and so say nothing of their balloon. */
  readonly busy = new Set<string>();

  add(name: string, options: { readonly deflateOnOom?: boolean; readonly memballoon?: string } = {}): FakeDomain {
    const { deflateOnOom = false } = options;
    const guest = new FakeGuest({ maximumMib: 512, usedMib: 100, deflateOnOom });
    const memballoon = options.memballoon ?? `<memballoon model='virtio'${deflateOnOom ? " autodeflate='on'" : ""}/>`;
    const domain = { name, guest, agent: new FakeAgent(guest), xml: `<domain>\n  ${memballoon}\n</domain>\n` };
    this.domains.set(name, domain);
    return domain;
  }

  readonly run: RunVirsh = async (args, call) => {
    this.calls.push(args);
    const [command = "", ...options] = args;
    if (this.hanging) await hang(command, HUNG_MS);
    if ([...this.hungAgents].some((name) => command.includes(`--domain "${name}"`))) {
      await hang(command, call?.deadlineMs?.() ?? UNLIMITED_MS);
    }
    if (command === "domstats") return said([...this.domains.values()].map((domain) => this.domstats(domain)).join(""));
    if (command === "uri") return said("qemu:///system\n");
    if (command.startsWith("qemu-agent-command")) return this.script(command);
    const domain = this.find(command, option(options, "--domain="));
    if (command === "dumpxml") return said(domain.xml);
    if (command === "setmem") domain.guest.setTarget(Number(option(options, "--size=")) * 1024);
    if (command === "dommemstat") return said(`actual ${domain.guest.actualBytes / 1024}\nrss 409600\n`);
    return said("");
  };

  private domstats({ name, guest }: FakeDomain): string {
    const state = this.paused.has(name) ? 3 : 1;
    const head = `Domain: '${name}'\n  state.state=${state}\n  state.reason=1\n`;
    if (this.busy.has(name)) return `${head}\n`;
    guest.updateStatistics();
    const kib = (bytes: number): number => Math.floor(bytes / 1024);
    const lines = [
      `balloon.current=${kib(this.outdatedBytes.get(name) ?? guest.actualBytes)}`,
      `balloon.maximum=${kib(guest.maximumBytes)}`,
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

  /** Commands between semicolons: each prints its reply, or its error, and the next one runs anyway. */
  private script(text: string): VirshOutput {
    const outputs = commandsOf(text).map(
      ([command = "", ...options]) =>
        command === "echo" ? said(options.join(" ")) : this.agentCommand(command, options), // with -q no newline follows
    );
    return {
      stdout: outputs.map(({ stdout }) => stdout).join(""),
      stderr: outputs.map(({ stderr }) => stderr).join(""),
    };
  }

  private agentCommand(command: string, options: readonly string[]): VirshOutput {
    const value = (name: string): string => options[options.indexOf(name) + 1] ?? "";
    const { agent } = this.find(command, value("--domain"));
    if (!agent.running) return failed("Guest agent is not responding: QEMU guest agent is not connected");
    const { error, ...reply } = JSON.parse(agent.answer(value("--cmd")).join(""));
    if (error === undefined) return said(`${JSON.stringify(reply)}\n`);
    return failed(`internal error: unable to execute QEMU agent command: ${error.desc}`);
  }

  private find(command: string, name: string): FakeDomain {
    const domain = this.domains.get(name);
    if (domain !== undefined) return domain;
    throw selfballoonError("ERR_VIRSH", { command, problem: `error: failed to get domain '${name}'` });
  }
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

function option(options: readonly string[], name: string): string {
  return options.find((word) => word.startsWith(name))?.slice(name.length) ?? "";
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
