import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { MachineFiles } from "../../../../src/machine/files.ts";
import { sliceMark } from "../../../../src/swap/slices/orphans.ts";
import { SliceBank } from "../../../../src/swap/slices/slice-bank.ts";
import { swapHeader } from "../../../support/swap-header.ts";
import { Tree } from "../../../support/trees.ts";

const HEADLINE = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
const SLICE = { path: "/dev/zram2", priority: 70, storedPages: 9 };
const DEADLINE_MS = 10_000;

/** A machine with three slices, and programs in place of swapoff and swapon that do the same to its /proc/swaps. */
function rig({ swapoff = "", swapon = "" } = {}) {
  const tree = new Tree("xen/pv-idle");
  tree.write(
    "proc/swaps",
    HEADLINE + [1, 2, 3].map((number) => `/dev/zram${number} partition\t65532\t0\t70\n`).join(""),
  );
  for (const number of [1, 2, 3]) {
    tree.write(`sys/block/zram${number}/mm_stat`, "40960 0 0 0\n");
    tree.write(`dev/zram${number}`, swapHeader("selfballoon"));
  }
  const swaps = join(tree.root, "proc/swaps");
  const bin = join(tree.root, "bin");
  mkdirSync(bin);
  program(bin, "swapoff", swapoff || `sed -i "\\|^$1 |d" ${swaps}`);
  program(bin, "swapon", swapon || `echo "$3 partition\t65532\t0\t$2" >>${swaps}`);
  vi.stubEnv("PATH", `${bin}:${process.env["PATH"] ?? ""}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const record = join(tree.root, "slice-off");
  const on = (): readonly string[] => readFileSync(swaps, "utf8").match(/^\/dev\/zram\d.*\d$/gm) ?? [];
  return { tree, record, on, bank: new SliceBank(new MachineFiles(tree.root), record) };
}

function program(folder: string, name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

const ALL = [
  "/dev/zram1 partition\t65532\t0\t70",
  "/dev/zram2 partition\t65532\t0\t70",
  "/dev/zram3 partition\t65532\t0\t70",
];

describe("a slice that is taken off", () => {
  it("is on record meanwhile, and put back with its priority", async () => {
    const { bank, record, on } = rig();
    const absence = bank.takeOff(SLICE);
    expect(readFileSync(record, "utf8")).toBe("/dev/zram2\n70\n");
    expect(await absence.endsWithin(DEADLINE_MS)).toBe(true);
    expect(absence.problem()).toBeNull();
    expect([...on()].sort()).toEqual(ALL);
    expect(on()[2]).toBe(ALL[1]);
    expect(existsSync(record)).toBe(false);
  });

  it("is found on after a swapoff that failed, and why is told", async () => {
    const { bank, record, on } = rig({
      swapoff: "echo 'swapoff: /dev/zram2: swapoff failed:  Cannot allocate memory' >&2; exit 255",
    });
    const absence = bank.takeOff(SLICE);
    expect(await absence.endsWithin(DEADLINE_MS)).toBe(true);
    expect(absence.problem()).toBe("swapoff: /dev/zram2: swapoff failed: Cannot allocate memory");
    expect(on()).toEqual(ALL);
    expect(existsSync(record)).toBe(false);
  });

  it("is killed in the middle, and found on", async () => {
    const { bank, record, on } = rig({ swapoff: "exec sleep 60" });
    const absence = bank.takeOff(SLICE);
    expect(await absence.endsWithin(50)).toBe(false);
    absence.kill();
    expect(await absence.endsWithin(DEADLINE_MS)).toBe(true);
    expect(on()).toEqual(ALL);
    expect(existsSync(record)).toBe(false);
  });

  it("stays on record if it can't be put back, and is put back later", async () => {
    const { tree, bank, record, on } = rig({ swapon: "echo no memory >&2; exit 1" });
    const absence = bank.takeOff(SLICE);
    expect(await absence.endsWithin(DEADLINE_MS)).toBe(true);
    expect(absence.problem()).toContain("swapon -p 70 /dev/zram2 must succeed: no memory");
    await expect(bank.putBack()).rejects.toMatchObject({ code: "ERR_TOOL" });
    expect([on().length, existsSync(record)]).toEqual([2, true]);
    program(join(tree.root, "bin"), "swapon", `echo "$3 partition\t65532\t0\t$2" >>${tree.root}/proc/swaps`);
    await bank.putBack();
    expect([on().length, existsSync(record)]).toEqual([3, false]);
  });

  it("is told if the programs are missing", async () => {
    const { bank, on } = rig();
    vi.stubEnv("PATH", "/nonexistent");
    const absence = bank.takeOff({ ...SLICE, path: "/dev/zram999" });
    expect(await absence.endsWithin(DEADLINE_MS)).toBe(true);
    expect(absence.problem()).not.toBeNull();
    expect(on()).toEqual(ALL);
  });
});

describe("after the daemon was killed", () => {
  it("a slice that was left off is put back", async () => {
    const { tree, bank, record, on } = rig();
    tree.edit("proc/swaps", /^\/dev\/zram2.*\n/m, "");
    writeFileSync(record, "/dev/zram2\n70\n");
    await bank.putBack();
    expect(on()[2]).toBe(ALL[1]);
    expect(existsSync(record)).toBe(false);
  });

  it("a slice that is on is left alone, even if the kernel shows no /dev before it", async () => {
    const { tree, bank, record, on } = rig({ swapon: "exit 1" });
    tree.edit("proc/swaps", /^\/dev\/zram2/m, "/zram2");
    writeFileSync(record, "/dev/zram2\n70\n");
    await bank.putBack();
    expect([on().length, existsSync(record)]).toEqual([2, false]);
  });

  it("a swapoff that goes on without it is ended first", async () => {
    const { bank, record, on } = rig();
    writeFileSync(record, "/dev/zram2\n70\n");
    const orphan = spawn("sleep", ["60"], { env: { ...sliceMark("/dev/zram2"), ...process.env } });
    const other = spawn("sleep", ["60"], { env: { ...sliceMark("/dev/zram22"), ...process.env } });
    onTestFinished(() => void other.kill());
    await Promise.all([once(orphan, "spawn"), once(other, "spawn")]);
    const ended = once(orphan, "exit");
    await bank.putBack();
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(other.exitCode).toBeNull();
    expect(on()).toEqual(ALL);
  });

  it("nothing is put back that is a slice no longer", async () => {
    const { tree, bank, record, on } = rig();
    tree.edit("proc/swaps", /^\/dev\/zram2.*\n/m, "");
    tree.remove("dev/zram2");
    writeFileSync(record, "/dev/zram2\n70\n");
    await bank.putBack();
    expect([on().length, existsSync(record)]).toEqual([2, false]);
  });

  it("nothing is done without a record: the operator may have taken a slice off", async () => {
    const { tree, bank, on } = rig();
    tree.edit("proc/swaps", /^\/dev\/zram2.*\n/m, "");
    await bank.putBack();
    expect(on()).toHaveLength(2);
  });
});
