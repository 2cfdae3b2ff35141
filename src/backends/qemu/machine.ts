import { isJsonObject, type JsonObject, oneLine, textField } from "../host/json.ts";
import { hasCode } from "../host/thrown.ts";
import type { QmpCommands } from "./qmp.ts";

/** The port that the stock guest agent listens on (QEMU, docs/interop/qemu-ga). */
const AGENT_PORT = "org.qemu.guest_agent.0";

/** Most ports that are asked for their names. */
const MAX_PORTS = 64;

/** Seconds between the guest's statistics where nobody has chosen a period: the least that QEMU knows. */
const POLLING_PERIOD_S = 1;

/** A host's end of something that QEMU connects to the guest. */
export interface Chardev {
  readonly label: string;
  /** The unix socket's path, as QEMU was given it; null if it is no unix socket. */
  readonly socketPath: string | null;
  /** Whether the guest has opened its end. */
  readonly frontendOpen: boolean;
}

/** What is found out about a machine once a connection. */
export interface Machine {
  /** `-name` of QEMU's command line; null without one. */
  readonly name: string | null;
  /** The balloon device's path in QEMU's object model; null if the machine has none. */
  readonly balloonPath: string | null;
  readonly deflateOnOom: boolean;
  /** Seconds between two updates of the balloon's statistics. */
  readonly pollingPeriodS: number;
  readonly chardevs: readonly Chardev[];
  /** Label of the chardev that the guest agent's port is connected to. */
  readonly agentLabel: string | null;
}

/** Ask a machine what it is made of, and have its balloon's statistics updated. */
export async function discoverMachine(qmp: QmpCommands): Promise<Machine> {
  const [name, chardevs, named, unnamed] = await Promise.all([
    answerIfAny(qmp, "query-name", null),
    queryChardevs(qmp),
    listDevices(qmp, "/machine/peripheral"),
    listDevices(qmp, "/machine/peripheral-anon"),
  ]);
  const devices = [...named, ...unnamed];
  const balloonPath = devices.find((device) => device.type.startsWith("virtio-balloon"))?.path ?? null;
  const ports = devices.filter((device) => device.type === "virtserialport").slice(0, MAX_PORTS);
  return {
    name: isJsonObject(name) ? oneLine(textField(name, "name") ?? "") || null : null,
    balloonPath,
    deflateOnOom: balloonPath !== null && (await property(qmp, balloonPath, "deflate-on-oom")) === true,
    pollingPeriodS: balloonPath === null ? POLLING_PERIOD_S : await startPolling(qmp, balloonPath),
    chardevs,
    agentLabel: await findAgentLabel(qmp, ports),
  };
}

/** The host's ends of the machine's character devices. */
export async function queryChardevs(qmp: QmpCommands): Promise<readonly Chardev[]> {
  return objects(await answerIfAny(qmp, "query-chardev", null)).map((entry) => ({
    label: textField(entry, "label") ?? "",
    socketPath: /(?:^|:)unix:(.+?)(?:,server(?:=on)?)?$/.exec(textField(entry, "filename") ?? "")?.[1] ?? null,
    frontendOpen: entry["frontend-open"] === true,
  }));
}

/** Something in QEMU's object model. */
export interface Device {
  readonly path: string;
  readonly type: string;
}

/** What lies at `path` in QEMU's object model. */
export async function listDevices(qmp: QmpCommands, path: string): Promise<readonly Device[]> {
  const children = objects(await qmp.execute("qom-list", { path }));
  return children.flatMap((child) => {
    const name = textField(child, "name");
    const type = /^child<(.+)>$/.exec(textField(child, "type") ?? "")?.[1];
    return name === null || type === undefined ? [] : [{ path: `${path}/${name}`, type }];
  });
}

async function findAgentLabel(qmp: QmpCommands, ports: readonly Device[]): Promise<string | null> {
  const names = await Promise.all(ports.map(({ path }) => property(qmp, path, "name")));
  const port = ports[names.indexOf(AGENT_PORT)];
  const label = port === undefined ? null : await property(qmp, port.path, "chardev");
  return typeof label === "string" ? label : null;
}

/** A period that somebody else has chosen is left as it is. */
async function startPolling(qmp: QmpCommands, path: string): Promise<number> {
  const name = "guest-stats-polling-interval";
  const periodS = await property(qmp, path, name);
  if (typeof periodS === "number" && periodS > 0) return periodS;
  await qmp.execute("qom-set", { path, property: name, value: POLLING_PERIOD_S });
  return POLLING_PERIOD_S;
}

/** A device's property, or null if it has no such one. */
export function property(qmp: QmpCommands, path: string, name: string): Promise<unknown> {
  return answerIfAny(qmp, "qom-get", { path, property: name });
}

/** What a machine answers to a command that can be done without; null if it refuses it. */
export async function answerIfAny(qmp: QmpCommands, command: string, args: JsonObject | null): Promise<unknown> {
  try {
    return await qmp.execute(command, args);
  } catch (thrown) {
    if (hasCode(thrown, "ERR_COMMAND_REFUSED")) return null;
    throw thrown;
  }
}

function objects(reply: unknown): readonly JsonObject[] {
  return Array.isArray(reply) ? reply.filter(isJsonObject) : [];
}
