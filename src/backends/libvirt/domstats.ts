import { BYTES_PER_KIB } from "../../core/units.ts";
import type { Domain } from "./libvirt.ts";

/** Words of libvirt's virDomainState that matter here. */
const RUNNING = 1;

/** Most domains that are taken of one answer. */
const MAX_DOMAINS = 4096;

/** One domain as `virsh domstats --state --balloon --raw` shows it. */
export type DomainStats = Omit<Domain, "uuid" | "id">;

/**
 * Read the answer for all domains: a line `Domain: 'NAME'`, then lines `  KEY=VALUE`, amounts in KiB (virsh(1),
 * domstats). Whatever else there is, is left out.
 */
export function parseDomstats(text: string): readonly DomainStats[] {
  const blocks = text.split(/^Domain: /m).slice(1, MAX_DOMAINS + 1);
  return blocks.flatMap((block) => parseDomain(block) ?? []);
}

function parseDomain(block: string): DomainStats | null {
  const name = /^'(.+)'$/m.exec(block.slice(0, block.indexOf("\n")))?.[1];
  if (name === undefined) return null;
  const values = new Map(
    [...block.matchAll(/^ {2}([a-z_.-]+)=([0-9]{1,20})$/gm)].map(
      ([, key = "", value]) => [key, Number(value)] as const,
    ),
  );
  return domainStats(name, values);
}

/** What libvirt's statistics say of a domain, by their names (virConnectGetAllDomainStats); amounts are in KiB. */
export function domainStats(name: string, values: ReadonlyMap<string, number>): DomainStats {
  const number = (key: string): number | null => {
    const value = values.get(key) ?? Number.NaN;
    return Number.isSafeInteger(value * BYTES_PER_KIB) ? value : null;
  };
  const bytes = (key: string): number | null => {
    const kib = number(key);
    return kib === null ? null : kib * BYTES_PER_KIB;
  };
  return {
    name,
    running: number("state.state") === RUNNING,
    currentBytes: bytes("balloon.current"),
    maximumBytes: bytes("balloon.maximum"),
    rssBytes: bytes("balloon.rss"),
    lastUpdateS: number("balloon.last-update"),
    pageFaults: number("balloon.minor_fault"),
    // libvirt's names: available is the guest's MemTotal, unused its MemFree, usable its MemAvailable.
    statistics: {
      totalBytes: bytes("balloon.available"),
      freeBytes: bytes("balloon.unused"),
      availableBytes: bytes("balloon.usable"),
      cacheBytes: bytes("balloon.disk_caches"),
      swapInBytes: bytes("balloon.swap_in"),
      swapOutBytes: bytes("balloon.swap_out"),
      oomKills: null,
      allocStalls: null,
    },
  };
}
