import type { WatchSample } from "../core/backend.ts";
import { pagesFromKib } from "../core/units.ts";
import type { MachineFiles } from "./files.ts";

const MEM_TOTAL = Buffer.from("MemTotal:");
const MEM_AVAILABLE = Buffer.from("\nMemAvailable:");
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;

/** MemTotal, MemFree and MemAvailable are the first lines of /proc/meminfo. */
const START_BYTES = 256;

/** Digits of the largest number that is taken: 2^52 has 16. */
const MAX_DIGITS = 15;

/** Looks at MemTotal and MemAvailable through a kept descriptor, without making a string of the file. */
export class MemoryWatch {
  private readonly files: MachineFiles;
  private readonly bytes = Buffer.alloc(START_BYTES);
  private readonly sample: WatchSample = { availablePages: null, totalramPages: null };

  constructor(files: MachineFiles) {
    this.files = files;
  }

  /** The same object each time, with new values; null where the file does not report. */
  look(pageBytes: number): WatchSample {
    this.files.readStart("/proc/meminfo", this.bytes);
    this.sample.totalramPages = pagesOf(kibAfter(this.bytes, MEM_TOTAL), pageBytes);
    this.sample.availablePages = pagesOf(kibAfter(this.bytes, MEM_AVAILABLE), pageBytes);
    return this.sample;
  }
}

function pagesOf(kib: number, pageBytes: number): number | null {
  return kib < 0 ? null : pagesFromKib(kib, pageBytes);
}

/** The number that follows `key`, or -1 if there is none. */
function kibAfter(bytes: Buffer, key: Buffer): number {
  let at = bytes.indexOf(key);
  if (at < 0) return -1;
  at += key.length;
  while (bytes[at] === SPACE) at += 1;
  const from = at;
  let kib = 0;
  for (let byte = bytes[at] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[at] ?? 0) {
    kib = kib * 10 + byte - ZERO;
    at += 1;
  }
  return at === from || at - from > MAX_DIGITS ? -1 : kib;
}
