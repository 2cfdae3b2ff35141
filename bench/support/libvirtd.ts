import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** libvirtd takes root for the machine's own daemon; a session is anybody else's: games, which every Debian has. */
const SESSION_USER = 5;

const START_MS = 30_000;
const LOOK_MS = 100;

/** A real libvirtd with its test driver, whose domains are made up. */
export interface TestLibvirtd {
  readonly pid: number;
  readonly socket: string;
  /** The driver's own domain alone, and as many as were asked for. */
  readonly names: { readonly one: string; readonly many: string };
}

/** Run it with so many domains for as long as `work` takes. @throws if there is no libvirtd here. */
export async function withTestLibvirtd<T>(domains: number, work: (daemon: TestLibvirtd) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "sbl-"));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, SESSION_USER, SESSION_USER);
  const file = join(folder, "many.xml");
  writeFileSync(file, nodeXml(domains));
  const as = isRoot ? ["setpriv", `--reuid=${SESSION_USER}`, `--regid=${SESSION_USER}`, "--clear-groups"] : [];
  const [program = "libvirtd", ...args] = [...as, "libvirtd"];
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin`;
  const child = spawn(program, args, { env: { PATH: path, HOME: folder, XDG_RUNTIME_DIR: folder }, stdio: "ignore" });
  try {
    await once(child, "spawn").catch(() => Promise.reject(new Error("there is no libvirtd here")));
    const socket = join(folder, "libvirt", "libvirt-sock");
    for (let waitedMs = 0; !existsSync(socket); waitedMs += LOOK_MS) {
      if (child.exitCode !== null || waitedMs > START_MS) throw new Error("libvirtd did not start");
      await sleep(LOOK_MS);
    }
    return await work({ pid: Number(child.pid), socket, names: { one: "test:///default", many: `test://${file}` } });
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

function nodeXml(domains: number): string {
  const all = Array.from(
    { length: domains },
    (_, nth) =>
      `<domain type='test'><name>vm${nth}</name><uuid>${randomUUID()}</uuid><memory unit='MiB'>512</memory>` +
      "<os><type>hvm</type></os><devices><memballoon model='virtio'/></devices></domain>",
  );
  return `<node>\n${all.join("\n")}\n</node>\n`;
}
