import { type MemoryCgroups, parseCgroupBytes, parseCgroupCache, parseMemoryCgroups } from "../formats/cgroup.ts";
import { parseOptional } from "../formats/kernel-text.ts";
import type { MachineFiles } from "./files.ts";

/** A cgroup that limits our memory. */
export interface LimitedMemory {
  readonly limitBytes: number;
  /** What can still be used within the limit: what is not used, and cache that would be taken back. */
  readonly availableBytes: number;
  /** Its pressure file as it stands; null where it has none, as in version 1. */
  readonly pressure: string | null;
}

/** How systemd names the cgroup of a service (systemd.unit(5)). */
const SERVICE = ".service";

const FILES = {
  1: { limits: ["memory.limit_in_bytes"], usage: "memory.usage_in_bytes", folder: "/sys/fs/cgroup/memory" },
  2: { limits: ["memory.max", "memory.high"], usage: "memory.current", folder: "/sys/fs/cgroup" },
} as const;

/**
 * The limit that leaves us the least, of our own cgroup and those above it; null where none has one. That of a systemd
 * service (ours has `MemoryMax`) is for the daemon alone: guests are not in it.
 */
export function readLimitedMemory(files: MachineFiles): LimitedMemory | null {
  const groups = parseOptional(parseMemoryCgroups, files.readIfPossible("/proc/self/cgroup"));
  if (groups === null) return null;
  const [own = "", ...above] = groups.paths;
  const shared = own.endsWith(SERVICE) ? above : groups.paths;
  const limited = shared.flatMap((path) => readGroup(files, groups, path) ?? []);
  return limited.reduce<LimitedMemory | null>(
    (least, one) => (least === null || one.availableBytes < least.availableBytes ? one : least),
    null,
  );
}

function readGroup(files: MachineFiles, { version }: MemoryCgroups, path: string): LimitedMemory | null {
  const { limits, usage, folder } = FILES[version];
  const bytesOf = (name: string): number | null =>
    parseCgroupBytes(files.readIfPossible(`${folder}${path}/${name}`) ?? "");
  const set = limits.flatMap((name) => bytesOf(name) ?? []);
  const usedBytes = bytesOf(usage);
  if (set.length === 0 || usedBytes === null) return null;
  const limitBytes = Math.min(...set);
  const cacheBytes = parseCgroupCache(files.readIfPossible(`${folder}${path}/memory.stat`) ?? "", version);
  return {
    limitBytes,
    availableBytes: Math.min(limitBytes, Math.max(0, limitBytes - usedBytes + cacheBytes)),
    pressure: files.readIfPossible(`${folder}${path}/memory.pressure`),
  };
}
