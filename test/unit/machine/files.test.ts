import { execFileSync } from "node:child_process";
import fs, { chmodSync, mkdirSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { describe, expect, it, vi } from "vitest";
import { MachineFiles } from "../../../src/machine/files.ts";
import { Tree } from "../../support/trees.ts";

const open = () => {
  const tree = new Tree("xen/pv-idle");
  return { tree, files: new MachineFiles(tree.root) };
};

const codeOf = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown ? thrown.code : thrown;
  }
};

describe("the machine's files", () => {
  it("are read again each time, even when another file takes the place", () => {
    const { tree, files } = open();
    expect(files.read("/proc/swaps")).toMatch(/^Filename/);
    tree.write("proc/swaps", "new\n");
    expect(files.read("/proc/swaps")).toBe("new\n");
  });

  it("are read on the machine itself through kept descriptors, and still again", async () => {
    const files = new MachineFiles("");
    const first = files.read("/proc/uptime");
    await expect.poll(() => files.read("/proc/uptime"), { timeout: 5000 }).not.toBe(first);
    files.close();
  });

  it("are not waited for where a pipe lies in a file's place: nobody may ever write to it or read it", () => {
    const { tree, files } = open();
    tree.remove("proc/swaps");
    execFileSync("mkfifo", [`${tree.root}/proc/swaps`]);
    expect(codeOf(() => files.read("/proc/swaps"))).toBe("ERR_FILE_UNREADABLE");
    expect(codeOf(() => files.write("/proc/swaps", "x"))).toBe("ERR_FILE_UNREADABLE");
  });

  it("are read whole when they are larger than the buffer, as on a machine of many processors", () => {
    const { tree, files } = open();
    tree.write("proc/zoneinfo", `${"x".repeat(999)}\n`.repeat(2700));
    expect(files.read("/proc/zoneinfo")).toHaveLength(2_700_000);
  });

  it.each([
    ["larger than 4 MiB", "x".repeat(4 * 1_048_576 + 1)],
    ["binary", Buffer.from([77, 0, 1, 2])],
  ])("that are %s are refused, with the file's name", (_, content) => {
    const { tree, files } = open();
    tree.write("proc/meminfo", content);
    expect(codeOf(() => files.read("/proc/meminfo"))).toBe("ERR_FILE_UNREADABLE");
    expect(() => files.read("/proc/meminfo")).toThrow(`${tree.root}/proc/meminfo`);
  });

  it("that are not there are missing, or null where that is expected", () => {
    const { files } = open();
    expect(codeOf(() => files.read("/proc/nothing"))).toBe("ERR_FILE_MISSING");
    expect(codeOf(() => files.read("/proc/swaps/below"))).toBe("ERR_FILE_MISSING");
    expect(files.readIfThere("/proc/nothing")).toBeNull();
  });

  it("that are folders are refused", () => {
    const { tree, files } = open();
    mkdirSync(`${tree.root}/proc/folder`);
    expect(codeOf(() => files.readIfThere("/proc/folder"))).toBe("ERR_FILE_UNREADABLE");
  });

  it("that can be done without are null when they can't be read, and are tried again", () => {
    const { tree, files } = open();
    mkdirSync(`${tree.root}/proc/refused`);
    tree.write("proc/binary", Buffer.from([77, 0, 1]));
    const paths = ["/proc/nothing", "/proc/swaps/below", "/proc/refused", "/proc/binary"];
    expect(paths.map((path) => files.readIfPossible(path))).toEqual([null, null, null, null]);
    tree.write("proc/nothing", "now\n");
    expect(files.readIfPossible("/proc/nothing")).toBe("now\n");
  });

  it("that are no text are read a character for each byte", () => {
    const { tree, files } = open();
    tree.write("proc/binary", Buffer.from([0, 6, 255]));
    expect(files.readBytesIfPossible("/proc/binary")).toBe("\u0000\u0006\u00ff");
    expect(files.readBytesIfPossible("/proc/none")).toBeNull();
  });

  it("are opened once more when a kept descriptor no longer serves, as of a device that was replaced", () => {
    const { tree } = open();
    const path = `${tree.root}/proc/swaps`;
    const files = new MachineFiles("");
    const first = files.read(path);
    const read = vi.spyOn(fs, "readSync").mockImplementationOnce(() => {
      throw Object.assign(new Error("ENODEV: no such device, read"), { code: "ENODEV" });
    });
    syncBuiltinESMExports();
    try {
      expect(files.read(path)).toBe(first);
    } finally {
      read.mockRestore();
      syncBuiltinESMExports();
      files.close();
    }
  });

  it("are written in place, and never made", () => {
    const { tree, files } = open();
    files.write("/proc/swaps", "ab");
    expect(tree.read("proc/swaps")).toBe("ab");
    expect(codeOf(() => files.write("/proc/none", "ab"))).toBe("ERR_FILE_MISSING");
  });

  it("that may not be read say so", () => {
    const { tree, files } = open();
    chmodSync(`${tree.root}/proc/swaps`, 0);
    const isRoot = process.getuid?.() === 0;
    // Root may read everything, and so looks as somebody else.
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(codeOf(() => files.read("/proc/swaps"))).toBe("ERR_PERMISSION");
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});
