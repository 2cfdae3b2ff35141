import type { Observation } from "../core/observation.ts";
import { pagesFromKib } from "../core/units.ts";
import { type Meminfo, parseMeminfo } from "./meminfo.ts";
import { parsePressure } from "./pressure.ts";
import { parseVmstat } from "./vmstat.ts";
import { pageBytesFrom, type Zoneinfo } from "./zoneinfo.ts";

/** What an observation is made of: the zones, and texts of kernel files, null where the kernel does not have one. */
export interface KernelSources {
  readonly zones: Zoneinfo;
  readonly meminfo: string;
  readonly vmstat: string | null;
  readonly pressureMemory: string | null;
}

/** The readings that come from the guest's kernel; the balloon and compressed swap add theirs. */
export type KernelReadings = Omit<
  Observation,
  "t" | "guest" | "frontswapPages" | "balloonCurrentPages" | "balloonMaxPages"
>;

/**
 * What a guest's kernel says of its memory.
 * @throws ERR_FORMAT if one of the files is not what its name says.
 */
export function kernelReadings(sources: KernelSources): {
  readonly readings: KernelReadings;
  readonly meminfo: Meminfo;
} {
  const { zones } = sources;
  const meminfo = parseMeminfo(sources.meminfo);
  const pageBytes = pageBytesFrom(meminfo.memTotalKib, zones.managedPages);
  const pages = (kib: number | null): number | null => (kib === null ? null : pagesFromKib(kib, pageBytes));
  const vmstat = sources.vmstat === null ? null : parseVmstat(sources.vmstat);
  const pressure = sources.pressureMemory === null ? null : parsePressure(sources.pressureMemory);
  const readings: KernelReadings = {
    pageBytes,
    totalramPages: pagesFromKib(meminfo.memTotalKib, pageBytes),
    committedPages: pages(meminfo.committedKib),
    totalreservePages: zones.totalreservePages,
    maxPfn: zones.maxPfn,
    availablePages: pages(meminfo.memAvailableKib),
    freePages: pages(meminfo.memFreeKib),
    swapTotalPages: pages(meminfo.swapTotalKib),
    psiSomeTotalUs: pressure?.some.totalUs ?? null,
    psiFullTotalUs: pressure?.full?.totalUs ?? null,
    refaultPages: vmstat?.refaultPages ?? null,
    swapInPages: vmstat?.swapInPages ?? null,
    swapOutPages: vmstat?.swapOutPages ?? null,
    oomKills: vmstat?.oomKills ?? null,
    allocStalls: vmstat?.allocStalls ?? null,
  };
  return { readings, meminfo };
}
