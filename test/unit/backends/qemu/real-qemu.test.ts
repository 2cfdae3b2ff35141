import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createQemuBackend } from "../../../../src/backends/qemu/backend.ts";
import type { OpenBackend } from "../../../../src/core/backend.ts";
import { eventually } from "../../../support/qmp/eventually.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

const MIB = 1_048_576;
const PROGRAM = "qemu-system-x86_64";
const missing = spawnSync(PROGRAM, ["--version"]).status !== 0;

/** A machine without an operating system: QEMU itself answers, and nothing moves the balloon. */
describe.skipIf(missing)(`a real QEMU${missing ? `, skipped because ${PROGRAM} is not installed` : ""}`, () => {
  const directory = socketDirectory();
  const signal = new AbortController().signal;
  const socket = (name: string): string => `${directory.path}/${name}`;
  let qemu: ChildProcess;
  let host: OpenBackend;

  beforeAll(async () => {
    const unix = (name: string): string => `unix:${socket(name)},server=on,wait=off`;
    const agent = `socket,id=ga,path=${socket("a.qga")},server=on,wait=off`;
    const port = "virtserialport,chardev=ga,name=org.qemu.guest_agent.0";
    const machine = [
      "-machine",
      "q35",
      "-accel",
      "tcg",
      "-m",
      "256M",
      "-nodefaults",
      "-display",
      "none",
      "-name",
      "real",
    ];
    const balloon = ["-device", "virtio-balloon-pci,deflate-on-oom=on", "-device", "virtio-serial-pci"];
    const sockets = ["-chardev", agent, "-device", port, "-qmp", unix("a.qmp"), "-qmp", unix("b.qmp")];
    qemu = spawn(PROGRAM, [...machine, ...balloon, ...sockets], { stdio: ["ignore", "ignore", "inherit"] });
    await eventually(() => existsSync(socket("b.qmp")));
    const nowMs = (): number => performance.now();
    host = await createQemuBackend({ qmp: [socket("*.qmp")], agent: null, nowMs, nowS: () => nowMs() / 1000 }).open();
  });

  afterAll(async () => {
    await host.close();
    qemu.kill("SIGKILL");
    if (qemu.exitCode === null) await once(qemu, "exit");
    directory.remove();
  });

  it("is listed once under its name, though it has two sockets", async () => {
    expect(await host.guests(signal)).toEqual(["real"]);
  });

  it("has no readings as long as its guest says nothing, and null is what they are", async () => {
    const { observation, notices } = await host.observe("real", signal);
    expect(observation).toMatchObject({
      balloonCurrentPages: 256 * 256,
      balloonMaxPages: 256 * 256,
      totalramPages: null,
      committedPages: null,
      availablePages: null,
      swapInPages: null,
    });
    expect(notices).toEqual([]);
  });

  it("is charged for what the kernel says that its process holds", async () => {
    const { rssBytes } = await host.observe("real", signal);
    const status = readFileSync(`/proc/${qemu.pid}/status`, "utf8");
    const heldBytes = Number(/^VmRSS:\s+([0-9]+) kB$/m.exec(status)?.[1]) * 1024;
    expect(heldBytes).toBeGreaterThan(8 * MIB);
    expect(Math.abs((rssBytes ?? 0) - heldBytes)).toBeLessThan(8 * MIB);
  });

  it("takes a target, refuses an unsafe one, and takes all back", async () => {
    await host.apply("real", 128 * 256, 4096, signal);
    await expect(host.apply("real", (257 * MIB) / 4096, 4096, signal)).rejects.toMatchObject({
      code: "ERR_TARGET_UNSAFE",
    });
    await host.release("real", null, signal);
  });
});
