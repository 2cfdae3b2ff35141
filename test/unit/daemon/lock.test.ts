import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { takeLock } from "../../../src/daemon/lock.ts";
import { temporaryFolder } from "../../support/trees.ts";

const lockPath = () => join(temporaryFolder(), "run", "selfballoon.lock");

describe("the lock", () => {
  it("is held by one at a time, and names its owner", () => {
    const path = lockPath();
    const giveBack = takeLock(path);
    expect(() => takeLock(path)).toThrow(`process ${process.pid} holds ${path}`);
    giveBack();
    expect(existsSync(path)).toBe(false);
    takeLock(path)();
  });

  it("of a process that is no more is taken over", () => {
    const path = lockPath();
    takeLock(path)();
    const { pid } = spawnSync("true");
    writeFileSync(path, `${pid} 12345\n`);
    takeLock(path)();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  it("of another process that has the dead owner's number is taken over", () => {
    const path = lockPath();
    takeLock(path)();
    writeFileSync(path, `${process.pid} 1\n`);
    takeLock(path)();
  });

  it.each(["", "rubbish", "-1 5\n"])("that holds %j is nobody's", (content) => {
    const path = lockPath();
    takeLock(path)();
    writeFileSync(path, content);
    takeLock(path)();
  });

  it("that was taken over by another is left to it", () => {
    const path = lockPath();
    const giveBack = takeLock(path);
    writeFileSync(path, "1 1\n");
    giveBack();
    expect(existsSync(path)).toBe(true);
  });

  it("can't be taken where nothing can be written", () => {
    expect(() => takeLock("/proc/selfballoon/lock")).toThrow("must be writable");
  });
});
