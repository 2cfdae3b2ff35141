import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Missing } from "../../rig/requirements.ts";

const MIB_BYTES = 1024 * 1024;

/** What each version of cgroups calls what is used here. */
const VERSIONS = [
  {
    folder: "/sys/fs/cgroup/memory",
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    events: "memory.oom_control",
    cache: ["total_inactive_file", "total_active_file"],
    swapped: { file: "memory.stat", bytes: /^swap (\d+)$/m },
    maySwap: { file: "memory.swappiness", yes: "60", no: "0" },
  },
  {
    folder: "/sys/fs/cgroup",
    limit: "memory.max",
    usage: "memory.current",
    events: "memory.events",
    cache: ["inactive_file", "active_file"],
    swapped: { file: "memory.swap.current", bytes: /^(\d+)$/m },
    maySwap: { file: "memory.swap.max", yes: "max", no: "0" },
  },
] as const;

/** The memory cgroups of this machine, of version 1 where there are any. */
const VERSION = VERSIONS.find(({ folder, limit }) => existsSync(join(folder, limit)) || hasController(folder));

function hasController(folder: string): boolean {
  const file = join(folder, "cgroup.subtree_control");
  return existsSync(file) && readFileSync(file, "utf8").split(/\s/).includes("memory");
}

/** What keeps this machine from limiting the memory of processes; empty if nothing does. */
export function missingForGroups(): Missing[] {
  const missing: Missing[] = [];
  if (VERSION === undefined) missing.push({ what: "a mounted memory cgroup", debianPackage: null });
  if (process.getuid?.() !== 0) missing.push({ what: "root's rights", debianPackage: null });
  return missing;
}

/** A cgroup whose processes together may have so much memory: a small host on this machine, at first without swap. */
export class MemoryGroup {
  private readonly folder: string;
  private readonly files: (typeof VERSIONS)[number];

  constructor(name: string, limitMib: number) {
    if (VERSION === undefined) throw new Error("there is no memory cgroup");
    this.files = VERSION;
    this.folder = join(VERSION.folder, name);
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(join(this.folder, VERSION.limit), String(limitMib * MIB_BYTES));
    this.maySwap(false);
  }

  /** Whether its processes may be swapped out, where this machine has swap. What is swapped stays so. */
  maySwap(may: boolean): void {
    const { file, yes, no } = this.files.maySwap;
    writeFileSync(join(this.folder, file), may ? yes : no);
  }

  /** From now on what the process takes counts; what it has stays where it is. */
  add(pid: number): void {
    writeFileSync(join(this.folder, "cgroup.procs"), String(pid));
  }

  /** What its processes use, the cache of files left out. */
  usedMib(): number {
    const bytes = this.files.cache.reduce(
      (sum, name) => sum - this.number("memory.stat", name),
      Number(this.read(this.files.usage)),
    );
    return bytes / MIB_BYTES;
  }

  /** What of its processes lies in this machine's swap. */
  swappedMib(): number {
    const { file, bytes } = this.files.swapped;
    return Number(bytes.exec(this.read(file))?.[1] ?? Number.NaN) / MIB_BYTES;
  }

  /** Processes that the kernel killed because of the limit. */
  oomKills(): number {
    return this.number(this.files.events, "oom_kill");
  }

  /** Its processes must have ended. */
  remove(): void {
    rmdirSync(this.folder);
  }

  private read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }

  private number(file: string, name: string): number {
    return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(this.read(file))?.[1] ?? Number.NaN);
  }
}
