import { BYTES_PER_KIB } from "../core/units.ts";
import { type KernelReadings, kernelReadings } from "../formats/kernel-readings.ts";
import { formatError, parseOptional } from "../formats/kernel-text.ts";
import { type Meminfo, parseMeminfo } from "../formats/meminfo.ts";
import { estimatePageBytes, parseAuxvPageBytes } from "../formats/page-size.ts";
import { estimateZones, parseZoneinfo, type Zoneinfo } from "../formats/zoneinfo.ts";
import type { MachineFiles } from "./files.ts";

/** What this machine's kernel says of its memory. */
export interface OwnKernel {
  readonly readings: KernelReadings;
  readonly meminfo: Meminfo;
}

/** The zones of this machine; null if they can't be read. */
function readZones(files: MachineFiles): Zoneinfo | null {
  return parseOptional(parseZoneinfo, files.readIfPossible("/proc/zoneinfo"));
}

/**
 * Read this machine's kernel. What a step can do without is null if it can't be read.
 * @param builtForKib what the machine was built for: in the place of zones that can't be read, the law gets what
 * `estimateZones` makes of that. Null: it gets none.
 * @throws ERR_FORMAT, and the errors of reading, if `/proc/meminfo` can't be read, or what is said of pages contradicts it.
 */
export function readOwnKernel(files: MachineFiles, builtForKib: number | null): OwnKernel {
  const meminfo = parseMeminfo(files.read("/proc/meminfo"));
  const zones = readZones(files);
  const pageBytes = ownPageBytes(files, meminfo, zones);
  const builtForBytes = Math.max(builtForKib ?? 0, meminfo.memTotalKib) * BYTES_PER_KIB;
  const readings = kernelReadings({
    meminfo,
    totalKib: meminfo.memTotalKib,
    pageBytes,
    zones: zones ?? (builtForKib === null ? null : estimateZones(builtForBytes, pageBytes)),
    vmstat: files.readIfPossible("/proc/vmstat"),
    pressureMemory: files.readIfPossible("/proc/pressure/memory"),
  });
  return { readings, meminfo };
}

/** Of a tree that has neither zones nor the kernel's word. Sizes are counted in KiB there, so that targets are the same at any. */
const USUAL_PAGE_BYTES = 4096;

/**
 * This machine's page size. Trees that stand for a machine (`--root`) seldom have the kernel's word.
 * @throws ERR_FORMAT if its zones have as many pages as MemTotal makes at no size.
 */
export function ownPageBytes(
  files: MachineFiles,
  { memTotalKib }: Pick<Meminfo, "memTotalKib">,
  zones: Zoneinfo | null,
): number {
  const auxv = files.readBytesIfPossible("/proc/self/auxv");
  const told = auxv === null ? null : parseAuxvPageBytes(auxv);
  if (told !== null || zones === null) return told ?? USUAL_PAGE_BYTES;
  const { managedPages } = zones;
  const pageBytes = estimatePageBytes(memTotalKib, managedPages);
  if (pageBytes !== null) return pageBytes;
  const expected = "as many managed pages as MemTotal makes at 4, 16 or 64 KiB each";
  throw formatError(files.resolve("/proc/zoneinfo"), expected, `it has ${managedPages} for ${memTotalKib} KiB`);
}
