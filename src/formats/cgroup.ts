import { parseCount, requireWholeText, restOfLine } from "./kernel-text.ts";

const FILE = "/proc/self/cgroup";

/** The deepest that groups are looked for. */
const MAX_DEPTH = 16;

/** A process's memory cgroups: where they lie below the mounted hierarchy, its own first and the root last. */
export interface MemoryCgroups {
  readonly version: 1 | 2;
  readonly paths: readonly string[];
}

/**
 * The memory cgroups of a process by its `/proc/PID/cgroup` (Linux, Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst): of
 * version 1 where that hierarchy has a memory controller. A group that lies outside of what we can see (`..`) has the root alone.
 * @throws ERR_FORMAT if the text is cut off.
 */
export function parseMemoryCgroups(text: string): MemoryCgroups | null {
  requireWholeText(FILE, text);
  const first = /^\d+:(?:[^:\n]+,)?memory(?:,[^:\n]*)?:(\/.*)$/m.exec(text)?.[1];
  const path = first ?? restOfLine(text, "0::");
  if (path === null) return null;
  const names = path.split("/").filter((name) => name !== "");
  const isSeen = !names.includes("..") && names.length <= MAX_DEPTH;
  const paths = isSeen ? names.map((_, depth) => `/${names.slice(0, names.length - depth).join("/")}`) : [];
  return { version: first === undefined ? 2 : 1, paths: [...paths, ""] };
}

/** A group's limit or usage, in bytes; null where there is none: `max`, or a number that no machine has. */
export function parseCgroupBytes(text: string): number | null {
  return parseCount(text.trim());
}

/**
 * What a group's `memory.stat` says that could be taken back, in bytes: cache of files, and in version 2 the kernel's own. In
 * version 1 it is that of the groups below it, too.
 */
export function parseCgroupCache(text: string, version: 1 | 2): number {
  const names = version === 1 ? ["total_inactive_file", "total_active_file"] : V2_CACHE;
  return names.reduce((sum, name) => sum + (parseCount(restOfLine(text, `${name} `) ?? "") ?? 0), 0);
}

const V2_CACHE = ["inactive_file", "active_file", "slab_reclaimable"];
