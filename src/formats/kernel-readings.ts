import type { Observation } from "../core/observation.ts";
import { pagesFromKib } from "../core/units.ts";
import { availableKib, committedKib } from "./available.ts";
import { parseOptional } from "./kernel-text.ts";
import type { Meminfo } from "./meminfo.ts";
import { parsePressure } from "./pressure.ts";
import { parseVmstat } from "./vmstat.ts";
import type { ZoneFigures } from "./zoneinfo.ts";

/** What an observation is made of. Texts and zones are null where the kernel does not have them or does not let us read. */
export interface KernelSources {
  readonly meminfo: Meminfo;
  /** RAM that the kernel owns now, the balloon taken off, in KiB. */
  readonly totalKib: number;
  readonly pageBytes: number;
  readonly zones: ZoneFigures | null;
  readonly vmstat: string | null;
  readonly pressureMemory: string | null;
}

/** The readings that come from the guest's kernel; the balloon and compressed swap add theirs. */
export type KernelReadings = Omit<
  Observation,
  "t" | "guest" | "frontswapPages" | "balloonCurrentPages" | "balloonMaxPages"
>;

/** What a guest's kernel says of its memory. A text that is not what it should be is as good as none. */
export function kernelReadings(sources: KernelSources): KernelReadings {
  const { meminfo, totalKib, pageBytes, zones } = sources;
  const pages = (kib: number | null): number | null => (kib === null ? null : pagesFromKib(kib, pageBytes));
  const vmstat = parseOptional(parseVmstat, sources.vmstat);
  const pressure = parseOptional(parsePressure, sources.pressureMemory);
  const available = availableKib(meminfo, zones, pageBytes);
  return {
    pageBytes,
    totalramPages: pagesFromKib(totalKib, pageBytes),
    committedPages: pages(committedKib(meminfo, totalKib, available)),
    totalreservePages: zones?.totalreservePages ?? null,
    maxPfn: zones?.maxPfn ?? null,
    availablePages: pages(available),
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
}
