import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ProcessMemory, type SwappedPages } from "../../../src/swap/process-memory.ts";
import { listSwappers } from "../../../src/swap/swappers.ts";
import { temporaryFolder } from "../../support/trees.ts";

const PAGE_BYTES = 4096;
const PID = 42;

/** Pagemap's entry of a page that is swapped out, on this device; of one that is there; of one of a swapped file. */
const swapped = (device: number): bigint => (1n << 62n) | (7n << 5n) | BigInt(device);
const PRESENT = (1n << 63n) | 5n;
const SWAPPED_FILE = (1n << 62n) | (1n << 61n);

/** A process below a root: maps, and pagemap and mem as sparse files, as large as the highest page. */
function processOf(maps: string, pages: Readonly<Record<number, bigint>>) {
  const root = temporaryFolder();
  const folder = join(root, "proc", String(PID));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "maps"), maps);
  writeFileSync(join(folder, "mem"), "");
  writeFileSync(join(folder, "status"), "Name:\thog\nVmSwap:\t     404 kB\nThreads:\t1\n");
  const pagemap = openSync(join(folder, "pagemap"), "w");
  for (const [page, entry] of Object.entries(pages)) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(entry);
    writeSync(pagemap, bytes, 0, 8, Number(page) * 8);
  }
  closeSync(pagemap);
  return { root, folder };
}

const range = (startPage: number, endPage: number): string =>
  `${(startPage * PAGE_BYTES).toString(16).padStart(8, "0")}-${(endPage * PAGE_BYTES).toString(16).padStart(8, "0")}`;

function look(root: string, fromAddress = 0): readonly SwappedPages[] {
  const memory = ProcessMemory.open(root, PID, PAGE_BYTES);
  if (memory === null) throw new Error("the process could not be opened");
  const found = [...memory.swappedPages(fromAddress)];
  memory.close();
  return found;
}

const addresses = (found: readonly SwappedPages[]) => found.flatMap(({ byDevice }) => [...byDevice.values()].flat());

describe("the memory of a process", () => {
  it("has swapped pages where pagemap says so, by the device that holds them", () => {
    const { root } = processOf(`${range(100, 200)} rw-p 00000000 00:00 0 [heap]\n`, {
      100: swapped(0),
      101: PRESENT,
      102: swapped(3),
      103: SWAPPED_FILE,
      199: swapped(0),
      200: swapped(0),
    });
    const [only, ...others] = look(root);
    expect(others).toEqual([]);
    expect(Object.fromEntries(only?.byDevice ?? [])).toEqual({ 0: [100 * 4096, 199 * 4096], 3: [102 * 4096] });
  });

  it("is looked through from where it was left, and in parts", () => {
    const { root } = processOf(`${range(0x1000, 0x4000)} rw-p 00000000 00:00 0 \n`, {
      4097: swapped(0),
      16383: swapped(0),
    });
    expect(look(root)).toHaveLength(6);
    expect(addresses(look(root))).toEqual([0x1001 * 4096, 0x3fff * 4096]);
    expect(addresses(look(root, 0x2000 * 4096))).toEqual([0x3fff * 4096]);
  });

  it.each([
    ["shared mappings", "rw-s 00000000 00:05 12 /dev/shm/x"],
    ["mappings that nobody may access", "---p 00000000 00:00 0 "],
    ["the kernel's own", "r--p 00000000 00:00 0 [vvar]"],
  ])("leaves out %s", (_, rest) => {
    const { root } = processOf(`${range(100, 101)} ${rest}\n`, { 100: swapped(0) });
    expect(look(root)).toEqual([]);
  });

  it("gives a page back by reading one byte, and says when there is none", () => {
    const { root, folder } = processOf("", {});
    writeFileSync(join(folder, "mem"), Buffer.alloc(3 * PAGE_BYTES, 7));
    const memory = ProcessMemory.open(root, PID, PAGE_BYTES);
    expect(memory?.touch(2 * PAGE_BYTES)).toBe(true);
    expect(memory?.touch(3 * PAGE_BYTES)).toBe(false);
    memory?.close();
  });

  it("can't be opened once the process has ended", () => {
    expect(ProcessMemory.open(processOf("", {}).root, 43, PAGE_BYTES)).toBeNull();
  });
});

describe("the processes with swapped pages", () => {
  it("come largest first; kernel threads and processes without swap are left out", () => {
    const { root } = processOf("", {});
    const add = (pid: number, status: string): void => {
      mkdirSync(join(root, "proc", String(pid)));
      writeFileSync(join(root, "proc", String(pid), "status"), status);
    };
    add(1, "Name:\tinit\nVmSwap:\t       8 kB\n");
    add(2, "Name:\tkthreadd\nThreads:\t1\n");
    add(3, "Name:\tidle\nVmSwap:\t       0 kB\n");
    add(4, "Name:\tlarge\nVmSwap:\t  900000 kB\n");
    mkdirSync(join(root, "proc", "sys"));
    mkdirSync(join(root, "proc", "77"));
    expect(listSwappers(root)).toEqual([4, PID, 1]);
  });
});
