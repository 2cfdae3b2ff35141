import { parseArcReclaimable } from "../../../src/formats/arcstats.ts";
import { parseCgroupBytes, parseCgroupCache, parseMemoryCgroups } from "../../../src/formats/cgroup.ts";
import { parseKernelCommandLine } from "../../../src/formats/kernel-command-line.ts";
import { kernelReadings } from "../../../src/formats/kernel-readings.ts";
import { parseMeminfo } from "../../../src/formats/meminfo.ts";
import { parseMmStat } from "../../../src/formats/mm-stat.ts";
import { mountOf, parseMountinfo } from "../../../src/formats/mountinfo.ts";
import { parseNumberFile } from "../../../src/formats/number-file.ts";
import { estimatePageBytes, PAGE_SIZES_BYTES, parseAuxvPageBytes } from "../../../src/formats/page-size.ts";
import { parsePressure } from "../../../src/formats/pressure.ts";
import { parsePrivateMapping } from "../../../src/formats/process-maps.ts";
import {
  parseEffectiveCapabilities,
  parseProcessId,
  parseResidentKib,
  parseStartTicks,
  parseVmSwapKib,
} from "../../../src/formats/process-status.ts";
import { parseQemuCommandLine } from "../../../src/formats/qemu-command-line.ts";
import { parseSwapLabel } from "../../../src/formats/swap-header.ts";
import { parseSwaps, zramDeviceOf } from "../../../src/formats/swaps.ts";
import { listeningInodes } from "../../../src/formats/unix-sockets.ts";
import { parseVmstat } from "../../../src/formats/vmstat.ts";
import { parseZoneinfo } from "../../../src/formats/zoneinfo.ts";
import { readFixture } from "../../support/fixtures.ts";
import { requireNumbers } from "../judge.ts";
import { bytesTarget, type Target, textTarget } from "../target.ts";

const formats = (...names: readonly string[]): readonly string[] => names.map((name) => `src/formats/${name}.ts`);
const fixtures = (...paths: readonly string[]): readonly Buffer[] =>
  paths.map((path) => Buffer.from(readFixture(path), "latin1"));
const texts = (...all: readonly string[]): readonly Buffer[] => all.map((text) => Buffer.from(text, "latin1"));
const linesOf = (text: string): readonly string[] => text.split("\n");

const SOCKET = "/run/qemu/web.qmp";
const SWAP_PAGE = Buffer.concat([
  Buffer.alloc(1052),
  Buffer.from("a label\0"),
  Buffer.alloc(3026),
  Buffer.from("SWAPSPACE2"),
]);

/** Files of a kernel, this machine's own or a guest's. */
export const KERNEL_TARGETS: readonly Target[] = [
  textTarget((text) => requireNumbers(parseMeminfo(text)), {
    ...{ name: "meminfo", files: formats("meminfo", "kernel-text") },
    ...{ seeds: fixtures("xen/pv-zram/proc/meminfo"), words: ["MemAvailable:", "Zswapped:", "SReclaimable:", " kB\n"] },
  }),
  textTarget((text) => requireNumbers(parseVmstat(text)), {
    ...{ name: "vmstat", files: formats("vmstat", "kernel-text") },
    ...{ seeds: fixtures("qemu/linux-6.12-thrash/proc/vmstat"), words: ["oom_kill ", "allocstall_normal ", "\n"] },
  }),
  textTarget((text) => requireNumbers(parseZoneinfo(text)), {
    ...{ name: "zoneinfo", files: formats("zoneinfo", "kernel-text"), maxBytes: 16_384 },
    seeds: fixtures("xen/pvh-ballooned/proc/zoneinfo", "qemu/linux-6.12-boosted/proc/zoneinfo"),
    words: [
      "Node 0, zone   Normal\n",
      "  pages free     ",
      "        managed  ",
      "        protection: (",
      "  start_pfn: ",
    ],
  }),
  textTarget((text) => requireNumbers(parsePressure(text)), {
    ...{ name: "pressure", files: formats("pressure") },
    ...{ seeds: fixtures("xen/pv-zram/proc/pressure/memory"), words: ["some avg10=", "full ", " total="] },
  }),
  textTarget((text) => requireNumbers(parseSwaps(text).map((area) => ({ ...area, zram: zramDeviceOf(area) }))), {
    ...{ name: "swaps", files: formats("swaps", "octal") },
    ...{ seeds: fixtures("qemu/linux-6.12-zswap/proc/swaps"), words: ["/dev/zram0", "partition", "\\040", "\t"] },
  }),
  textTarget((text) => requireNumbers(parseMmStat(text)), {
    ...{ name: "mm-stat", files: formats("mm-stat"), seeds: fixtures("xen/pv-zram/sys/block/zram0/mm_stat") },
  }),
  textTarget(takeReadings, {
    ...{ name: "kernel-readings", files: formats("kernel-readings", "available", "page-size") },
    seeds: [
      Buffer.from(
        ["meminfo", "zoneinfo", "vmstat", "pressure/memory"]
          .map((file) => readFixture(`qemu/linux-6.12-thrash/proc/${file}`))
          .join("\f"),
        "latin1",
      ),
    ],
    ...{ words: ["\f", "MemAvailable:", "MemFree:"], maxBytes: 16_384 },
  }),
  bytesTarget((bytes) => requirePageSize(parseAuxvPageBytes(bytes.toString("latin1"))), {
    ...{ name: "auxv", files: formats("page-size") },
    seeds: [
      Buffer.from(
        "060000000000000000100000000000001100000000000000640000000000000000000000000000000000000000000000",
        "hex",
      ),
    ],
  }),
  bytesTarget((bytes) => parseSwapLabel(bytes), {
    ...{ name: "swap-header", files: formats("swap-header"), seeds: [SWAP_PAGE], words: ["SWAPSPACE2"] },
  }),
  textTarget(takeSmallFile, {
    ...{
      name: "small-files",
      files: formats("arcstats", "number-file", "cgroup", "kernel-command-line", "unix-sockets"),
    },
    seeds: texts(
      "size                            4    4294967296\nc_min                           4    1073741824\n",
      "12:memory:/a/b\n0::/user.slice/../x\n",
      "total_inactive_file 4096\nactive_file 8192\nslab_reclaimable 1\n",
      'root=/dev/vda quiet "a b"=c selfballooning=1 -- init',
      `0000000000000000: 00000002 00000000 00010000 0001 01 12345 ${SOCKET}\n`,
      "4096\n",
    ),
    words: ["size ", "0::/", ":memory:", "max", '"', `${SOCKET}\n`, " -- "],
  }),
  textTarget(takeProcessFile, {
    ...{
      name: "process-files",
      files: formats("process-status", "process-maps", "mountinfo", "octal", "qemu-command-line"),
    },
    seeds: texts(
      "Name:\tqemu\nTgid:\t12\nVmRSS:\t   4096 kB\nVmSwap:\t     12 kB\nCapEff:\t000001ffffffffff\n",
      "12 (a) b) S 1 12 12 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 1 0 8675309 1 1\n",
      "7f0000000000-7f0000001000 rw-p 00000000 00:00 0 [heap]\n",
      "kvm\0-name\0guest=web,x\0-chardev\0socket,id=a,,b,path=/q,server=on\0-mon\0chardev=a,,b,mode=control\0-qmp\0unix:/p",
      "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n",
    ),
    words: ["VmRSS:\t", "VmSwap:\t", "Tgid:\t", "CapEff:\t", " - ", "\\134", "rw-p", ") "],
  }),
];

function takeReadings(text: string): void {
  const [meminfoText = "", zoneinfo = "", vmstat = null, pressureMemory = null] = text.split("\f");
  const meminfo = parseMeminfo(meminfoText);
  const zones = parseZoneinfo(zoneinfo);
  requirePageSize(estimatePageBytes(meminfo.memTotalKib, zones.managedPages));
  const totalKib = meminfo.memTotalKib;
  const readings = kernelReadings({ meminfo, totalKib, pageBytes: 4096, zones, vmstat, pressureMemory });
  requireNumbers(readings, 0);
  // What the kernel says itself is judged beside its other figures, by the core.
  const isOurs = meminfo.memAvailableKib === null;
  if (isOurs && (readings.availablePages ?? 0) > (readings.totalramPages ?? 0))
    throw new Error("more is available than there is");
}

function requirePageSize(bytes: number | null): void {
  if (bytes !== null && !PAGE_SIZES_BYTES.some((size) => size === bytes)) throw new Error(`no page has ${bytes} bytes`);
}

function takeSmallFile(text: string): void {
  parseKernelCommandLine(text);
  listeningInodes(text, SOCKET);
  requireNumbers([parseCgroupBytes(text), parseCgroupCache(text, 1), parseCgroupCache(text, 2)], 0);
  for (const parse of [parseArcReclaimable, parseMemoryCgroups, (whole: string) => parseNumberFile(whole, "a file")]) {
    attempt(() => requireNumbers(parse(text)));
  }
}

function takeProcessFile(text: string): void {
  for (const line of linesOf(text)) requireNumbers(parsePrivateMapping(line), 0);
  parseEffectiveCapabilities(text);
  parseStartTicks(text);
  requireNumbers([parseResidentKib(text), parseProcessId(text)], 0);
  mountOf(parseMountinfo(text), "/mnt 2/a");
  parseQemuCommandLine(`kvm\0${text}`);
  attempt(() => requireNumbers(parseVmSwapKib(text), 0));
}

/** What one of several parsers refuses the next may take. */
function attempt(parse: () => void): void {
  try {
    parse();
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown)) throw thrown;
  }
}
