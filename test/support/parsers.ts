import { parseMeminfo } from "../../src/formats/meminfo.ts";
import { parseMmStat } from "../../src/formats/mm-stat.ts";
import { parsePressure } from "../../src/formats/pressure.ts";
import { parseSwaps } from "../../src/formats/swaps.ts";
import { parseVmstat } from "../../src/formats/vmstat.ts";
import { parseZoneinfo } from "../../src/formats/zoneinfo.ts";
import { readFixture } from "./fixtures.ts";

/** A parser of a kernel file, a real file for it, and a number in that file that it must judge. */
export interface ParserCase {
  readonly name: string;
  readonly parse: (text: string) => unknown;
  readonly sample: string;
  /** A part of the sample that holds one number, written `#` in `withNumber`. */
  readonly numbered: string;
  readonly withNumber: string;
  /** Whether the text is refused if that number is none; else its line counts as if it were not there. */
  readonly needsNumber: boolean;
}

/** Every parser of a kernel file. */
export const PARSERS: readonly ParserCase[] = [
  {
    name: "parseMeminfo",
    parse: parseMeminfo,
    sample: readFixture("xen/pv-zram/proc/meminfo"),
    numbered: "MemTotal:         193900 kB",
    withNumber: "MemTotal:         # kB",
    needsNumber: true,
  },
  {
    name: "parseZoneinfo",
    parse: parseZoneinfo,
    sample: readFixture("xen/pvh-ballooned/proc/zoneinfo"),
    numbered: "high     16627",
    withNumber: "high     #",
    needsNumber: true,
  },
  {
    name: "parseVmstat",
    parse: parseVmstat,
    sample: readFixture("xen/pv-zram/proc/vmstat"),
    numbered: "pswpout 31586",
    withNumber: "pswpout #",
    needsNumber: false,
  },
  {
    name: "parsePressure",
    parse: parsePressure,
    sample: readFixture("xen/pv-zram/proc/pressure/memory"),
    numbered: "total=3465400",
    withNumber: "total=#",
    needsNumber: true,
  },
  {
    name: "parseSwaps",
    parse: parseSwaps,
    sample: readFixture("qemu/linux-6.12-zswap/proc/swaps"),
    numbered: "70652\t\t15200\t\t10\n",
    withNumber: "70652\t\t#\t\t10\n",
    needsNumber: false,
  },
  {
    name: "parseMmStat",
    parse: parseMmStat,
    sample: readFixture("xen/pv-zram/sys/block/zram0/mm_stat"),
    numbered: "129380352",
    withNumber: "#",
    needsNumber: true,
  },
];
