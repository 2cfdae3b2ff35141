import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SwapHigh } from "../../../src/swap/swap-high.ts";
import { temporaryFolder } from "../../support/trees.ts";

const GROUP = "/sys/fs/cgroup/load.slice/load.service";

function rig(limit = "max\n") {
  const root = temporaryFolder();
  const record = join(root, "swap-high");
  const file = (name: string): string => join(root, GROUP, name);
  mkdirSync(join(root, GROUP), { recursive: true });
  mkdirSync(join(root, "proc/7"), { recursive: true });
  writeFileSync(join(root, "proc/7/cgroup"), "0::/load.slice/load.service\n");
  writeFileSync(file("memory.swap.high"), limit);
  writeFileSync(file("memory.swap.current"), "8192\n");
  const limitNow = (): string => readFileSync(file("memory.swap.high"), "utf8").trim();
  return { root, record, file, limitNow, swapHigh: new SwapHigh(root, record) };
}

describe("a group's memory.swap.high", () => {
  it("is that of the nearest group that has one", () => {
    const { root, swapHigh } = rig();
    writeFileSync(join(root, "proc/7/cgroup"), "0::/load.slice/load.service/inner\n");
    expect(swapHigh.groupOf(7)).toBe(root + GROUP);
  });

  it.each(["0::/\n", "0::/elsewhere\n", "1:memory:/load.slice\n", "0::/../../load.slice\n", ""])(
    "is not there for a process in %j",
    (text) => {
      const { root, swapHigh } = rig();
      writeFileSync(join(root, "proc/7/cgroup"), text);
      expect(swapHigh.groupOf(7)).toBeNull();
    },
  );

  it("is what is in use while the work is done, and follows it down; then it is as it was", () => {
    const { root, record, file, limitNow, swapHigh } = rig("1048576\n");
    const seen: string[] = [];
    const done = swapHigh.whileLowered(root + GROUP, (lowerAgain) => {
      seen.push(limitNow());
      writeFileSync(file("memory.swap.current"), "4096\n");
      lowerAgain();
      seen.push(limitNow());
      expect(existsSync(record)).toBe(true);
    });
    expect(done).toBe(true);
    expect(seen).toEqual(["8192", "4096"]);
    expect(limitNow()).toBe("1048576");
    expect(existsSync(record)).toBe(false);
  });

  it("is put back whatever happens", () => {
    const { root, record, limitNow, swapHigh } = rig();
    const fail = (): void => {
      throw new Error("the work failed");
    };
    expect(() => swapHigh.whileLowered(root + GROUP, fail)).toThrow("the work failed");
    expect(limitNow()).toBe("max");
    expect(existsSync(record)).toBe(false);
  });

  it("is left alone if it could not be put on record first", () => {
    const { root, limitNow } = rig();
    const swapHigh = new SwapHigh(root, join(root, "no-such-folder", "swap-high"));
    const worked = swapHigh.whileLowered(root + GROUP, () => expect.unreachable());
    expect(worked).toBe(false);
    expect(limitNow()).toBe("max");
  });

  it("is put back by the next start, after a kill in the middle", () => {
    const { root, record, limitNow, swapHigh, file } = rig();
    writeFileSync(file("memory.swap.high"), "0\n");
    writeFileSync(record, `${root}${GROUP}/memory.swap.high\nmax\n`);
    swapHigh.recover();
    expect(limitNow()).toBe("max");
    expect(existsSync(record)).toBe(false);
  });

  it.each([
    ["another file", "/etc/passwd\nmax\n"],
    ["a path that climbs out", "ROOT/sys/fs/cgroup/../../../etc/memory.swap.high\nmax\n"],
    ["a limit that is none", "ROOTGROUP/memory.swap.high\n0; reboot\n"],
    ["nonsense", "\n"],
  ])("is not touched by a record of %s, which goes away", (_, text) => {
    const { root, record, limitNow, swapHigh } = rig("4096\n");
    writeFileSync(record, text.replace("ROOTGROUP", root + GROUP).replace("ROOT", root));
    swapHigh.recover();
    expect(limitNow()).toBe("4096");
    expect(existsSync(record)).toBe(false);
  });
});
