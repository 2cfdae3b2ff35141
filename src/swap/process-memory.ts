import { closeSync, openSync, readSync } from "node:fs";
import { type Mapping, parsePrivateMapping } from "../formats/process-maps.ts";

/** Swapped pages that lie near each other. */
export interface SwappedPages {
  /** Where to continue from to find these again, or what follows them. */
  readonly fromAddress: number;
  /**
   * Addresses, by the number of the swap device that holds the page. The kernel reports that number only to those with
   * CAP_SYS_ADMIN, and 0 to others.
   */
  readonly byDevice: ReadonlyMap<number, readonly number[]>;
}

/** `/proc/PID/maps` of a process with as many mappings as the kernel allows by default (65,530) has about 6 MiB. */
const MAPS_BYTES = 16 * 1024 * 1024;
const LINES_BYTES = 64 * 1024;
const MAX_LINE_LENGTH = 8192;

/** One entry of pagemap for each page (Linux, Documentation/admin-guide/mm/pagemap.rst). */
const ENTRY_BYTES = 8;
const ENTRIES = 2048;

/** Bits 63 to 61 of an entry: present, swapped, of a file or shared. Bits 0 to 4 of a swapped page are its device. */
const SWAPPED = 0b010;
const DEVICE_BITS = 0x1f;

/** A larger mapping is left alone: only looking through it would take seconds. */
const LARGEST_MAPPING_BYTES = 2 ** 40;

/** What was read of other processes' memory: one byte, overwritten by the next, never looked at. */
const oneByte = Buffer.alloc(1);

/**
 * The memory of another process: where its swapped pages are, and a way to bring one back. The descriptors belong to
 * the address space, so a process that ends and another that gets its number can't be mistaken for each other.
 */
export class ProcessMemory {
  private readonly maps: number;
  private readonly pagemap: number;
  private readonly memory: number;
  private readonly pageBytes: number;
  private readonly entries = Buffer.from(new ArrayBuffer(ENTRIES * ENTRY_BYTES));
  /** The same, as the halves of each entry, the lower first: Linux on x86 and ARM has them so. */
  private readonly halves = new Uint32Array(this.entries.buffer);

  private constructor(descriptors: readonly [number, number, number], pageBytes: number) {
    [this.maps, this.pagemap, this.memory] = descriptors;
    this.pageBytes = pageBytes;
  }

  /** Null if the process has ended, is a kernel thread or denies access. */
  static open(root: string, pid: number, pageBytes: number): ProcessMemory | null {
    const opened: number[] = [];
    try {
      for (const name of ["maps", "pagemap", "mem"]) opened.push(openSync(`${root}/proc/${pid}/${name}`, "r"));
      const [maps = -1, pagemap = -1, memory = -1] = opened;
      return new ProcessMemory([maps, pagemap, memory], pageBytes);
    } catch {
      for (const descriptor of opened) closeSync(descriptor);
      return null;
    }
  }

  close(): void {
    for (const descriptor of [this.maps, this.pagemap, this.memory]) closeSync(descriptor);
  }

  /** Look through the mappings from `fromAddress` on, a part at a time; parts without swapped pages come too. */
  *swappedPages(fromAddress: number): Generator<SwappedPages> {
    const partBytes = ENTRIES * this.pageBytes;
    for (const { start, end } of this.mappings()) {
      if (end - start > LARGEST_MAPPING_BYTES) continue;
      for (let at = Math.max(start, fromAddress); at < end; at += partBytes) {
        yield { fromAddress: at, byDevice: this.lookAt(at, Math.min(end, at + partBytes)) };
      }
    }
  }

  /** Read a byte of the page at `address`, so that the kernel brings the page back. False if it is no longer there. */
  touch(address: number): boolean {
    return tryRead(this.memory, oneByte, address) === 1;
  }

  private lookAt(start: number, end: number): ReadonlyMap<number, readonly number[]> {
    const byDevice = new Map<number, number[]>();
    const bytes = ((end - start) / this.pageBytes) * ENTRY_BYTES;
    const read = tryRead(this.pagemap, this.entries.subarray(0, bytes), (start / this.pageBytes) * ENTRY_BYTES);
    for (let page = 0; (page + 1) * ENTRY_BYTES <= read; page += 1) {
      if ((this.halves[2 * page + 1] ?? 0) >>> 29 !== SWAPPED) continue;
      const device = (this.halves[2 * page] ?? 0) & DEVICE_BITS;
      const addresses = byDevice.get(device) ?? [];
      addresses.push(start + page * this.pageBytes);
      byDevice.set(device, addresses);
    }
    return byDevice;
  }

  private *mappings(): Generator<Mapping> {
    const buffer = Buffer.allocUnsafe(LINES_BYTES);
    let rest = "";
    for (let total = 0; total < MAPS_BYTES; ) {
      const bytes = tryRead(this.maps, buffer, null);
      if (bytes === 0) return;
      total += bytes;
      const lines = (rest + buffer.toString("latin1", 0, bytes)).split("\n");
      rest = (lines.pop() ?? "").slice(0, MAX_LINE_LENGTH);
      for (const line of lines) {
        const mapping = parsePrivateMapping(line);
        if (mapping !== null) yield mapping;
      }
    }
  }
}

/** Bytes read; 0 if that failed, as when the process has just ended or the page was given back. */
function tryRead(descriptor: number, into: Buffer, position: number | null): number {
  try {
    return readSync(descriptor, into, 0, into.length, position);
  } catch {
    return 0;
  }
}
