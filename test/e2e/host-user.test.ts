import { chmodSync, chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Command } from "../support/command.ts";
import { FakeQemu } from "../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../support/qmp/socket-directory.ts";

const MIB = 1_048_576;

/** A user and a group that nothing else here belongs to. */
const OWN = { uid: 61_234, gid: 61_235 };

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)(`a daemon that is no root${isRoot ? "" : ", skipped because only root can start one"}`, () => {
  const directory = socketDirectory();
  afterAll(() => directory.remove());

  /** A step of the daemon, as a user whose group the sockets have or not. */
  async function step(socketMode: number) {
    const qemu = await FakeQemu.start(directory.path, { name: "web" });
    const config = join(directory.path, "selfballoon.toml");
    const settings = `[backend]\nkind = "qemu"\nqmp = ["${directory.path}/*.qmp"]\n[host]\nmemory_mb = 4096\n[guests.web]\nmin_mb = 128\n`;
    writeFileSync(config, settings);
    chownSync(directory.path, OWN.uid, OWN.gid);
    for (const path of [qemu.qmpPath, qemu.agentPath]) {
      chownSync(path, 0, OWN.gid);
      chmodSync(path, socketMode);
    }
    const env = { PATH: "", SELFBALLOON_SOCKET: join(directory.path, "own.sock"), SELFBALLOON_LISTEN: "" };
    const surroundings = { ...OWN, env, cwd: "/" };
    const { stdout, stderr } = await new Command(["run", "--once", "--json", "--config", config], surroundings).ended();
    await qemu.close();
    return { said: stdout + stderr, targetMib: qemu.guest.targetBytes / MIB };
  }

  it("reads and moves guests whose sockets its group may write to", async () => {
    const { said, targetMib } = await step(0o660);
    expect(said).toContain('"applied":true');
    expect(targetMib).toBeLessThan(512);
  });

  it("says what it lacks where it may not", async () => {
    const { said, targetMib } = await step(0o640);
    expect(said).toMatch(/give this user's group write permission to the socket/);
    expect(targetMib).toBe(512);
  });
});
