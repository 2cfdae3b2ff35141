import type { HostReading } from "../core/host/host-reading.ts";
import { BYTES_PER_KIB } from "../core/units.ts";
import { parseArcReclaimable } from "../formats/arcstats.ts";
import { parseOptional } from "../formats/kernel-text.ts";
import { type Meminfo, parseMeminfo } from "../formats/meminfo.ts";
import { parseAuxvPageBytes } from "../formats/page-size.ts";
import { parsePressure } from "../formats/pressure.ts";
import { parseVmstat } from "../formats/vmstat.ts";
import { readLimitedMemory } from "./cgroup-memory.ts";
import type { MachineFiles } from "./files.ts";

/** A host's memory, and whether it is that of our cgroup and not the machine's. */
export interface HostMemory {
  readonly reading: HostReading;
  readonly isOfCgroup: boolean;
}

/**
 * What this machine says of its own memory or, where we are in a cgroup with a limit that leaves less, what that cgroup has.
 * What can't be read is null; nothing is thrown, and the next call tries again.
 */
export function lookAtHostMemory(files: MachineFiles): HostMemory {
  const meminfo = parseOptional(parseMeminfo, files.readIfPossible("/proc/meminfo"));
  const machineBytes = meminfo === null ? null : availableBytes(files, meminfo);
  const limited = readLimitedMemory(files);
  const isLimited = limited !== null && (machineBytes === null || limited.availableBytes < machineBytes);
  const pressureText = (isLimited ? limited.pressure : null) ?? files.readIfPossible("/proc/pressure/memory");
  const pressure = parseOptional(parsePressure, pressureText);
  const reading: HostReading = {
    totalBytes: isLimited ? limited.limitBytes : meminfo === null ? null : meminfo.memTotalKib * BYTES_PER_KIB,
    availableBytes: isLimited ? limited.availableBytes : machineBytes,
    someTotalUs: pressure?.some.totalUs ?? null,
    fullTotalUs: pressure?.full?.totalUs ?? null,
    swapOutBytes: swapOutBytes(files),
    swappedBytes: meminfo === null ? null : swappedBytes(meminfo),
  };
  return { reading, isOfCgroup: isLimited };
}

/** MemAvailable, and the part of ZFS's cache that gives way: it is a cache, and counted as memory in use. */
function availableBytes(files: MachineFiles, { memTotalKib, memAvailableKib }: Meminfo): number | null {
  if (memAvailableKib === null) return null;
  const arcBytes = parseOptional(parseArcReclaimable, files.readIfPossible("/proc/spl/kstat/zfs/arcstats")) ?? 0;
  return Math.min(memTotalKib * BYTES_PER_KIB, memAvailableKib * BYTES_PER_KIB + arcBytes);
}

function swappedBytes({ swapTotalKib, swapFreeKib }: Meminfo): number | null {
  return swapTotalKib === null || swapFreeKib === null ? null : (swapTotalKib - swapFreeKib) * BYTES_PER_KIB;
}

function swapOutBytes(files: MachineFiles): number | null {
  const pages = parseOptional(parseVmstat, files.readIfPossible("/proc/vmstat"))?.swapOutPages ?? null;
  const auxv = files.readBytesIfPossible("/proc/self/auxv");
  const pageBytes = auxv === null ? null : parseAuxvPageBytes(auxv);
  return pages === null || pageBytes === null ? null : pages * pageBytes;
}
