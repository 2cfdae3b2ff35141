import { pagesFromKib, pagesFromMib } from "../core/units.ts";

/** The model's page size in bytes. */
export const PAGE_BYTES = 4096;

/** Levels of free memory, in pages, fixed at boot: ballooning does not change them (seen in real guests). */
export interface Watermarks {
  /** Sum of the zones' low watermarks, as MemAvailable uses it. */
  readonly zonesLowPages: number;
  /** Programs can't take free memory below this: they reclaim first. */
  readonly minPages: number;
  /** Below this kswapd wakes. */
  readonly lowPages: number;
  /** Here kswapd sleeps again. Equals `totalreserve`: per zone the protection plus the high watermark. */
  readonly totalreservePages: number;
}

const DMA_PAGES = 3840;
const DMA32_PAGES = pagesFromMib(3072, PAGE_BYTES) - DMA_PAGES;
const PROTECTION_RATIO = 256;

/**
 * The levels of a kernel that owns `managedPages` pages at boot, for the zones DMA, DMA32 and Normal of x86
 * (Linux mm/page_alloc.c: init_per_zone_wmark_min, __setup_per_zone_wmarks, calculate_totalreserve_pages).
 */
export function watermarksAtBoot(managedPages: number): Watermarks {
  const dma = Math.min(DMA_PAGES, managedPages);
  const dma32 = Math.min(DMA32_PAGES, managedPages - dma);
  const normal = managedPages - dma - dma32;
  const min = minFreePages(managedPages, normal > 0 ? 3 : 2);
  const gap = Math.max(Math.floor(min / 4), Math.floor(managedPages / 1000));
  const high = min + 2 * gap;
  const highOf = (zonePages: number): number => Math.floor((high * zonePages) / managedPages);
  const dmaReserve = Math.floor((dma32 + normal) / PROTECTION_RATIO) + highOf(dma);
  const dma32Reserve = Math.floor(normal / PROTECTION_RATIO) + highOf(dma32);
  const totalreservePages = Math.min(dma, dmaReserve) + Math.min(dma32, dma32Reserve) + highOf(normal);
  return {
    zonesLowPages: min + gap,
    minPages: Math.max(0, totalreservePages - 2 * gap),
    lowPages: Math.max(0, totalreservePages - gap),
    totalreservePages,
  };
}

/**
 * `min_free_kbytes`: 4 times the root of the memory in KiB; from 512 MiB on transparent huge pages raise it to 11
 * blocks of 2 MiB a zone, at most 5 % of memory (Linux mm/khugepaged.c, set_recommended_min_free_kbytes).
 */
function minFreePages(managedPages: number, zones: number): number {
  const managedKib = (managedPages * PAGE_BYTES) / 1024;
  const rootKib = Math.min(262_144, Math.max(128, 4 * Math.sqrt(managedKib)));
  const rootPages = pagesFromKib(rootKib, PAGE_BYTES);
  if (managedPages < pagesFromMib(512, PAGE_BYTES)) return rootPages;
  return Math.max(rootPages, Math.min(pagesFromMib(22 * zones, PAGE_BYTES), Math.floor(managedPages / 20)));
}
