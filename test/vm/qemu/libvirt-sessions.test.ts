import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../src/backends/libvirt/backend.ts";
import { createConnections } from "../../../src/backends/libvirt/connections.ts";
import type { OpenBackend } from "../../../src/core/backend.ts";
import { run, runTool, type StartedProcess, start } from "../rig/process.ts";
import { libvirtGate, vmGate } from "../rig/requirements.ts";
import { PATIENCE_MS, waitUntil } from "../rig/wait.ts";
import { emptyMachineXml } from "./empty-machine.ts";

/** Users that every Debian has, backup and games, in the order of their sockets. libvirt asks for a user's record. */
const USERS = [34, 5] as const;
const USERS_GROUP = 100;

describe.skipIf(vmGate().skip || libvirtGate().skip)("real libvirt daemons, one for each user's session", () => {
  let folder: string;
  let host: OpenBackend;
  const daemons = new Map<number, StartedProcess>();

  const socketOf = (user: number): string => join(folder, String(user), "libvirt", "libvirt-sock");
  const virsh = (user: number, ...args: readonly string[]): Promise<string> =>
    runTool("virsh", ["-q", "-c", `qemu:///session?socket=${socketOf(user)}`, ...args], { deadlineMs: PATIENCE_MS });
  const names = (): Promise<readonly string[]> => host.guests(AbortSignal.timeout(PATIENCE_MS));
  const said = (): readonly string[] => host.problems?.().map(({ message }) => message) ?? [];
  const uuidOf = async (user: number): Promise<string> => (await virsh(user, "domuuid", "win")).trim();

  /** A session's daemon, whose machines die with it. */
  async function startSession(user: number): Promise<void> {
    const home = join(folder, String(user));
    await mkdir(home, { recursive: true });
    await chown(home, user, USERS_GROUP);
    const as = ["setpriv", "--reuid", String(user), "--regid", String(USERS_GROUP), "--clear-groups"];
    const env = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", `HOME=${home}`, `XDG_RUNTIME_DIR=${home}`];
    const apart = ["--pid", "--fork", "--kill-child", "--mount-proc"];
    const log = join(folder, `${user}.log`);
    daemons.set(user, await start("unshare", [...apart, ...as, ...env, "libvirtd"], log));
    const uri = `qemu:///session?socket=${socketOf(user)}`;
    const answers = async () => (await run("virsh", ["-c", uri, "list"], { deadlineMs: PATIENCE_MS })).exitCode === 0;
    await waitUntil(`the daemon of user ${user}`, answers, PATIENCE_MS);
    await virsh(user, "create", join(folder, "win.xml"));
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sbl-")); // short: sockets' paths are
    await chmod(folder, 0o755);
    await writeFile(join(folder, "win.xml"), emptyMachineXml("win"));
    const nowMs = (): number => performance.now();
    const uris = [`qemu:///session?socket=${folder}/*/libvirt/libvirt-sock`];
    const connections = createConnections({ uris, runtimeFolder: undefined, nowMs });
    host = await createLibvirtBackend({ connections, nowMs, nowS: () => nowMs() / 1000 }).open();
    expect(await names()).toEqual([]);
    for (const user of USERS) await startSession(user);
  }, PATIENCE_MS);

  afterAll(async () => {
    await host.close();
    for (const daemon of daemons.values()) await daemon.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it("are found by a pattern, and two machines of one name are kept apart by their UUIDs", async () => {
    const his = await uuidOf(USERS[1]);
    expect(await names()).toEqual(["win", his]);
    expect(said()).toEqual([expect.stringContaining(`it goes by its UUID, ${his}`)]);
    const sizes = await Promise.all(["win", his].map((name) => host.size(name, AbortSignal.timeout(PATIENCE_MS))));
    expect(sizes.map((size) => size?.maximumBytes)).toEqual([64 * 2 ** 20, 64 * 2 ** 20]);
  });

  it("are managed on while one of them has ended, and again when it is back", async () => {
    const [ended, other] = USERS;
    const his = await uuidOf(other);
    await daemons.get(ended)?.kill();
    const saidAt = async (count: number): Promise<boolean> => {
      expect(await names()).toEqual(["win", his]);
      return said().length === count;
    };
    await waitUntil("its end to be seen", () => saidAt(2), PATIENCE_MS);
    expect((await host.size(his, AbortSignal.timeout(PATIENCE_MS)))?.maximumBytes).toBe(64 * 2 ** 20);
    await startSession(ended);
    await waitUntil("it to be back", async () => (await names()).length === 2 && said().length === 1, PATIENCE_MS);
    expect((await host.size("win", AbortSignal.timeout(PATIENCE_MS)))?.maximumBytes).toBe(64 * 2 ** 20);
  });
});
