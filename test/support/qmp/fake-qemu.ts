import { join } from "node:path";
import { FakeAgent } from "./fake-agent.ts";
import { FakeGuest, type FakeGuestOptions } from "./fake-guest.ts";
import { type FakePeer, FakeSocket } from "./fake-socket.ts";

/** What a fake QEMU is started with. */
export interface FakeQemuOptions extends Partial<FakeGuestOptions> {
  /** The socket's file name without its ending. */
  readonly name: string;
  /** `-name`; null for none. */
  readonly machineName?: string | null;
  readonly balloon?: boolean;
  /** Whether the machine has an agent port with a running agent behind it. */
  readonly agent?: boolean;
}

const BALLOON = "/machine/peripheral/balloon0";
const PORT = "/machine/peripheral-anon/device[1]";

interface Command {
  readonly execute: string;
  readonly id?: unknown;
  readonly arguments?: { readonly path?: string; readonly property?: string; readonly value?: number };
}

/** QEMU with its QMP and agent sockets in a directory, answering as QEMU 7.2 does, in this process. */
export class FakeQemu implements FakePeer {
  readonly options: FakeQemuOptions;
  readonly guest: FakeGuest;
  readonly agent: FakeAgent;
  status = "running";
  migration: string | null = null;
  pollingPeriodS = 0;
  /** Memory that is plugged, by QEMU's words for its kinds, such as `dimm`, `virtio-mem` and `nvdimm`. */
  memoryDevices: readonly { readonly type: string; readonly sizeBytes: number }[] = [];
  /** Whether it keeps its greeting to itself, as to a second client. */
  mute = false;
  /** Types of further devices that it has, such as `vfio-pci`. */
  devices: readonly string[] = [];
  /** Whether its memory is made of hugepages. */
  hugepages = false;
  /** Types of further objects that it has, such as `sev-guest`. */
  objects: readonly string[] = [];
  /** Properties of devices and objects, as `PATH NAME`, beside or instead of those that it has. */
  properties: Readonly<Record<string, unknown>> = {};
  /** Commands that it does not know. */
  unknown: readonly string[] = [];
  /** What it returns to further commands, by their names. */
  readonly answers = new Map<string, unknown>();
  /** Further QMP sockets that it says it has. */
  otherSockets: readonly string[] = [];
  /** Where it says that its agent's socket is; null: where it is. */
  agentSays: string | null = null;
  private readonly directory: string;
  private negotiated = false;
  private sockets: { readonly qmp: FakeSocket; readonly agent: FakeSocket } | null = null;

  private constructor(directory: string, options: FakeQemuOptions) {
    this.directory = directory;
    this.options = options;
    const { maximumMib = 512, usedMib = 100, deflateOnOom = false } = options;
    this.guest = new FakeGuest({ maximumMib, usedMib, deflateOnOom });
    this.agent = new FakeAgent(this.guest);
    this.agent.running = options.agent ?? true;
  }

  /** Listen at `directory`/NAME.qmp and `directory`/NAME.qga. */
  static async start(directory: string, options: FakeQemuOptions): Promise<FakeQemu> {
    const fake = new FakeQemu(directory, options);
    const qmp = await FakeSocket.listen(fake.qmpPath, fake);
    const agent = await FakeSocket.listen(fake.agentPath, fake.agent);
    fake.sockets = { qmp, agent };
    if (!fake.agent.running) agent.behave({ kind: "silent" });
    return fake;
  }

  get qmpPath(): string {
    return join(this.directory, `${this.options.name}.qmp`);
  }

  get agentPath(): string {
    return join(this.directory, `${this.options.name}.qga`);
  }

  get qmp(): FakeSocket {
    return this.listening().qmp;
  }

  get agentSocket(): FakeSocket {
    return this.listening().agent;
  }

  emit(event: string, data: Readonly<Record<string, unknown>> = {}): void {
    this.qmp.say(`${JSON.stringify({ timestamp: { seconds: 1, microseconds: 2 }, event, data })}\n`);
  }

  /** The machine is reset: the guest has all its memory, while QEMU goes on saying what it had. */
  reset(): void {
    this.agent.restart();
    this.guest.reset();
    this.emit("RESET", { guest: false, reason: "host-qmp-system-reset" });
  }

  /** The guest has booted. */
  boot(): void {
    this.telling(() => this.guest.boot());
  }

  async close(): Promise<void> {
    await Promise.all([this.qmp.close(), this.agentSocket.close()]);
  }

  greeting(): string | null {
    this.negotiated = false;
    if (this.mute) return null;
    return '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": ["oob"]}}';
  }

  answer(line: string): readonly string[] {
    let command: Command;
    try {
      command = JSON.parse(line) as Command; // the fake trusts its client
    } catch {
      return [`${JSON.stringify({ error: { class: "GenericError", desc: "JSON parse error, invalid keyword" } })}\n`];
    }
    const outcome = this.run(command);
    const text = JSON.stringify({ ...outcome, id: command.id });
    return [`${text.replaceAll('"18446744073709551615"', "18446744073709551615")}\n`];
  }

  private run(command: Command): Readonly<Record<string, unknown>> {
    if (command.execute === "qmp_capabilities") this.negotiated = true;
    else if (!this.negotiated) return refusal("CommandNotFound", "Expecting capabilities negotiation");
    const { path = "", property = "", value = 0 } = command.arguments ?? {};
    if (command.execute === "qom-get") return this.getProperty(path, property);
    if (command.execute === "qom-list") return { return: this.list(path) };
    if (command.execute === "qom-set") this.pollingPeriodS = value;
    if (command.execute === "balloon") {
      if (value <= 0) return refusal("GenericError", "Parameter 'target' expects a size");
      this.telling(() => this.guest.setTarget(value));
    }
    return this.query(command.execute);
  }

  /** Do `work`; if the driver told another size meanwhile, an event says so. */
  private telling(work: () => void): void {
    const beforeBytes = this.guest.actualBytes;
    work();
    const actual = this.guest.actualBytes;
    if (actual !== beforeBytes) setImmediate(() => this.emit("BALLOON_CHANGE", { actual }));
  }

  private query(command: string): Readonly<Record<string, unknown>> {
    const { machineName = this.options.name, balloon = true } = this.options;
    if (this.unknown.includes(command)) return refusal("CommandNotFound", `The command ${command} has not been found`);
    if (this.answers.has(command)) return { return: this.answers.get(command) };
    if (command === "query-name") return { return: machineName === null ? {} : { name: machineName } };
    if (command === "query-status") return { return: { status: this.status, running: this.status === "running" } };
    if (command === "query-migrate") return { return: this.migration === null ? {} : { status: this.migration } };
    if (command === "query-memory-size-summary") {
      const plugged = this.memoryDevices.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const dimms = this.memoryDevices.filter(({ type }) => type === "dimm");
      const dimmBytes = dimms.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      return { return: { "base-memory": this.guest.maximumBytes - dimmBytes, "plugged-memory": plugged } };
    }
    if (command === "query-memory-devices") {
      return { return: this.memoryDevices.map(({ type, sizeBytes }) => ({ type, data: { size: sizeBytes } })) };
    }
    if (command === "query-chardev") return { return: this.chardevs() };
    if (command === "query-balloon") {
      if (!balloon) return refusal("DeviceNotActive", "No balloon device has been activated");
      return { return: { actual: this.guest.actualBytes } };
    }
    return { return: {} };
  }

  private chardevs(): readonly unknown[] {
    return [
      { "frontend-open": true, filename: `unix:${this.qmpPath},server=on`, label: "compat_monitor0" },
      ...this.otherSockets.map((path) => ({
        "frontend-open": true,
        filename: `disconnected:unix:${path},server=on`,
        label: "compat_monitor1",
      })),
      {
        "frontend-open": this.agent.running,
        filename: `disconnected:unix:${this.agentSays ?? this.agentPath},server=on`,
        label: "ga",
      },
    ];
  }

  private list(path: string): readonly unknown[] {
    const { balloon = true } = this.options;
    const type = { name: "type", type: "string" };
    if (path === "/machine/peripheral") {
      const others = this.devices.map((name) => ({ name, type: `child<${name}>` }));
      return balloon ? [type, ...others, { name: "balloon0", type: "child<virtio-balloon-pci>" }] : [type, ...others];
    }
    if (path === "/objects") {
      const others = this.objects.map((name) => ({ name, type: `child<${name}>` }));
      return [type, { name: "ram", type: "child<memory-backend-memfd>" }, ...others];
    }
    return [
      type,
      { name: "device[0]", type: "child<virtio-serial-pci>" },
      { name: "device[1]", type: "child<virtserialport>" },
    ];
  }

  private getProperty(path: string, property: string): Readonly<Record<string, unknown>> {
    const values: Readonly<Record<string, unknown>> = {
      [`${BALLOON} deflate-on-oom`]: this.guest.deflateOnOom,
      [`${BALLOON} guest-stats-polling-interval`]: this.pollingPeriodS,
      "/objects/ram hugetlb": this.hugepages,
      [`${PORT} name`]: "org.qemu.guest_agent.0",
      [`${PORT} chardev`]: "ga",
      ...this.properties,
    };
    if (property === "guest-stats") return { return: this.guest.statistics() };
    const value = values[`${path} ${property}`];
    return value === undefined
      ? refusal("GenericError", `Property '${path}.${property}' not found`)
      : { return: value };
  }

  private listening(): { readonly qmp: FakeSocket; readonly agent: FakeSocket } {
    if (this.sockets === null) throw new Error("the fake is not listening");
    return this.sockets;
  }
}

function refusal(errorClass: string, desc: string): Readonly<Record<string, unknown>> {
  return { error: { class: errorClass, desc } };
}
