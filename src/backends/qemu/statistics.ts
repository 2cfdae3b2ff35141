import { countField, isJsonObject } from "../host/json.ts";
import { type BalloonStatistics, NO_STATISTICS } from "../host/statistics.ts";

/** The balloon's guest-stats, with the time of the guest's last word in the host's seconds (null: never). */
export interface GuestStatistics {
  readonly statistics: BalloonStatistics;
  readonly lastUpdateS: number | null;
}

/**
 * Read the reply to `qom-get guest-stats` (QEMU, docs/interop/virtio-balloon-stats). A statistic that the guest does
 * not give is -1, which arrives as 2^64 - 1; that and all else that is no safe whole number is null.
 */
export function parseGuestStatistics(reply: unknown): GuestStatistics {
  const stats = isJsonObject(reply) ? reply["stats"] : null;
  if (!isJsonObject(reply) || !isJsonObject(stats)) return { statistics: NO_STATISTICS, lastUpdateS: null };
  return {
    lastUpdateS: countField(reply, "last-update"),
    statistics: {
      totalBytes: countField(stats, "stat-total-memory"),
      freeBytes: countField(stats, "stat-free-memory"),
      availableBytes: countField(stats, "stat-available-memory"),
      cacheBytes: countField(stats, "stat-disk-caches"),
      swapInBytes: countField(stats, "stat-swap-in"),
      swapOutBytes: countField(stats, "stat-swap-out"),
      oomKills: countField(stats, "stat-oom-kills"),
      allocStalls: countField(stats, "stat-alloc-stalls"),
    },
  };
}
