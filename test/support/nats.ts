import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./trees.ts";
import { until } from "./until.ts";

const PROGRAM = "/usr/sbin/nats-server";

/**
 * Whether this machine has a NATS server, and what else of its commands a test needs. Where it has not, says so in one line;
 * throws instead if `SELFBALLOON_REQUIRE` (a comma list) has `nats`: CI must not pass by skipping.
 */
export function natsGate(...commands: readonly string[]): { readonly skip: boolean } {
  const lacks = [
    ...(isProgram(PROGRAM) ? [] : [`${PROGRAM} (apt-get install nats-server)`]),
    ...commands.filter((name) => !isCommand(name)).map((name) => `${name} (apt-get install ${name})`),
  ];
  if (lacks.length === 0) return { skip: false };
  const lack = `this machine lacks ${lacks.join(" and ")}`;
  const required = (process.env["SELFBALLOON_REQUIRE"] ?? "").split(",").map((name) => name.trim());
  if (required.includes("nats")) throw new Error(`tests of fleets are required here, but ${lack}`);
  process.stderr.write(`tests of fleets skipped: ${lack}\n`);
  return { skip: true };
}

function isCommand(name: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((folder) => folder !== "" && isProgram(join(folder, name)));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A real NATS server with JetStream; it ends with the test. */
export class NatsServer {
  readonly url: string;
  readonly port: number;
  private readonly config: string;
  private child: ChildProcess | null = null;

  constructor(port: number, more = "") {
    this.port = port;
    this.url = `nats://127.0.0.1:${port}`;
    const folder = temporaryFolder();
    this.config = join(folder, "nats.conf");
    const jetstream = `jetstream { store_dir: ${JSON.stringify(join(folder, "js"))}, max_mem: 64M, max_file: 1G }`;
    writeFileSync(this.config, `listen: "127.0.0.1:${port}"\n${jetstream}\n${more}\n`);
    onTestFinished(() => this.kill());
  }

  /** Start it, or start it again with all that it keeps, and wait until it takes connections. */
  async start(): Promise<this> {
    const child = spawn(PROGRAM, ["-c", this.config], { stdio: ["ignore", "ignore", "pipe"] });
    this.child = child;
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    await until(`nats-server to listen on ${this.port}`, () => {
      if (child.exitCode !== null) throw new Error(`nats-server ended: ${said}`);
      return said.includes("Server is ready") ? true : null;
    });
    return this;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Kill it and wait until it is gone. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}

/** Start a server on a port that was free a moment ago. */
export async function startNats(more = ""): Promise<NatsServer> {
  return new NatsServer(await freePort(), more).start();
}

/** A TCP port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
