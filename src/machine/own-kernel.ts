import { type KernelReadings, kernelReadings } from "../formats/kernel-readings.ts";
import { formatError, parseOptional } from "../formats/kernel-text.ts";
import { type Meminfo, parseMeminfo } from "../formats/meminfo.ts";
import { estimatePageBytes, parseAuxvPageBytes } from "../formats/page-size.ts";
import { parseZoneinfo, type Zoneinfo } from "../formats/zoneinfo.ts";
import type { MachineFiles } from "./files.ts";

/** What this machine's kernel says of its memory. */
export interface OwnKernel {
  readonly readings: KernelReadings;
  readonly meminfo: Meminfo;
}

/**
 * The zones of this machine.
 * @throws ERR_FORMAT, and the errors of reading.
 */
export function readZones(files: MachineFiles): Zoneinfo {
  return parseZoneinfo(files.read("/proc/zoneinfo"));
}

/** The zones of this machine, for those who can do without; null if they can't be read. */
export function readZonesIfPossible(files: MachineFiles): Zoneinfo | null {
  return parseOptional(parseZoneinfo, files.readIfPossible("/proc/zoneinfo"));
}

/**
 * Read this machine's kernel, whose zones are `zones`. Files that a step can do without are null if they can't be read.
 * @throws ERR_FORMAT, and the errors of reading, if `/proc/meminfo` or the page size can't be read.
 */
export function readOwnKernel(files: MachineFiles, zones: Zoneinfo | null): OwnKernel {
  const meminfo = parseMeminfo(files.read("/proc/meminfo"));
  const readings = kernelReadings({
    meminfo,
    totalKib: meminfo.memTotalKib,
    pageBytes: ownPageBytes(files, meminfo, zones),
    zones,
    vmstat: files.readIfPossible("/proc/vmstat"),
    pressureMemory: files.readIfPossible("/proc/pressure/memory"),
  });
  return { readings, meminfo };
}

/**
 * This machine's page size. Trees that stand for a machine (`--root`) seldom have the kernel's word.
 * @throws ERR_FORMAT if it can't be told.
 */
export function ownPageBytes(
  files: MachineFiles,
  { memTotalKib }: Pick<Meminfo, "memTotalKib">,
  zones: Zoneinfo | null,
): number {
  const auxv = files.readBytesIfPossible("/proc/self/auxv");
  const told = auxv === null ? null : parseAuxvPageBytes(auxv);
  const managedPages = zones?.managedPages ?? 0;
  const pageBytes = told ?? estimatePageBytes(memTotalKib, managedPages);
  if (pageBytes !== null) return pageBytes;
  const expected = "as many managed pages as MemTotal makes at 4, 16 or 64 KiB each";
  throw formatError(files.resolve("/proc/zoneinfo"), expected, `it has ${managedPages} for ${memTotalKib} KiB`);
}
