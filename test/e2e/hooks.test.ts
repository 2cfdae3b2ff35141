import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, inject, it } from "vitest";
import { Home } from "../support/home.ts";
import { FakeQemu } from "../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../support/qmp/socket-directory.ts";

const MIB = 1_048_576;
const HOOKS = fileURLToPath(new URL("../../packaging/hooks/", import.meta.url));
interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const domain = (mib: number): string =>
  `<domain type='kvm'>\n  <name>new</name>\n  <memory unit='KiB'>${mib * 1024}</memory>\n` +
  `  <currentMemory unit='KiB'>${mib * 1024}</currentMemory>\n</domain>\n`;

describe("the hooks that make room for a guest before it starts", () => {
  const directory = socketDirectory();
  afterAll(() => directory.remove());
  const started: FakeQemu[] = [];

  afterEach(() => Promise.all(started.splice(0).map((qemu) => qemu.close())));

  /** A daemon over one guest of 512 MiB that has all of a host's 512 MiB, and how to run a hook beside it. */
  async function start() {
    const web = await FakeQemu.start(directory.path, { name: "web" });
    started.push(web);
    const home = new Home();
    const file = join(home.folder, "c.toml");
    const host = '[host]\nmemory_mb = 512\nreserve_mb = 0\n[guests."web"]\nmin_mb = 300\n';
    writeFileSync(file, `[tunables]\nselfballoon_interval = 1\n[backend]\nqmp = ["${directory.path}/*.qmp"]\n${host}`);
    home.env["SELFBALLOON_CONFIG"] = file;
    const daemon = await home.daemon();
    await daemon.says("stderr", /guest=web reason=/);
    const bin = join(home.folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "selfballoon"), `#!/bin/sh\nexec "${process.execPath}" "${inject("command")}" "$@"\n`);
    chmodSync(join(bin, "selfballoon"), 0o755);
    const env = { ...home.env, PATH: `${bin}:${home.env["PATH"]}`, PVE_CONFIG: home.folder };
    const hook = (name: string, args: readonly string[], input = ""): Promise<Ran> =>
      new Promise((resolve) => {
        const child = execFile(join(HOOKS, name), args, { env, timeout: 60_000 }, (error, stdout, stderr) => {
          resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
        });
        // Not every hook reads it.
        child.stdin?.on("error", () => {}).end(input);
      });
    return { web, home, hook };
  }

  it("of libvirt reserves what the guest starts with, refuses a start that can't be met, and gives up what is left", async () => {
    const { web, home, hook } = await start();
    const before = await hook("libvirt-qemu", ["new", "prepare", "begin", "-"], domain(150));
    expect(before).toMatchObject({ status: 0, stdout: "" });
    expect(web.guest.targetBytes / MIB).toBeLessThanOrEqual(512 - 150);
    expect(await home.succeed("reservations")).toMatch(/ new +150 MiB /);
    expect((await hook("libvirt-qemu", ["new", "start", "begin", "-"], domain(150))).status).toBe(0);
    expect((await hook("libvirt-qemu", ["new", "release", "end", "-"], domain(150))).status).toBe(0);
    expect(await home.succeed("reservations")).toBe("Nothing is reserved.\n");
    const refused = await hook("libvirt-qemu", ["big", "prepare", "begin", "-"], domain(400));
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("ERR_RESERVATION_UNMET");
  }, 60_000);

  it("of Proxmox VE reserves what the guest's configuration says, by the guest's name", async () => {
    const { home, hook } = await start();
    writeFileSync(join(home.folder, "100.conf"), "cores: 2\nmemory: 120\nname: new\n");
    expect((await hook("proxmox", ["100", "pre-start"])).status).toBe(0);
    expect(await home.succeed("reservations")).toMatch(/ new +120 MiB /);
    expect((await hook("proxmox", ["100", "post-start"])).status).toBe(0);
    expect((await hook("proxmox", ["100", "post-stop"])).status).toBe(0);
    expect(await home.succeed("reservations")).toBe("Nothing is reserved.\n");
    writeFileSync(join(home.folder, "101.conf"), "memory: current=110\n\n[old]\nmemory: 16\nname: old\n");
    expect((await hook("proxmox", ["101", "pre-start"])).status).toBe(0);
    expect(await home.succeed("reservations")).toMatch(/ vm101 +110 MiB /);
    expect((await hook("proxmox", ["101", "post-stop"])).status).toBe(0);
    expect(await home.succeed("reservations")).toBe("Nothing is reserved.\n");
    writeFileSync(join(home.folder, "102.conf"), "memory: much\n");
    expect(await hook("proxmox", ["102", "pre-start"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("102.conf must be a number of MiB"),
    });
    expect((await hook("proxmox", ["103", "pre-start"])).status).toBe(2);
    expect((await hook("proxmox", ["103", "post-stop"])).status).toBe(0);
    expect(await home.succeed("reservations")).toBe("Nothing is reserved.\n");
  }, 120_000);
});
