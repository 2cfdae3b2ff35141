import { accessSync, closeSync, constants, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { readText } from "../machine/read-text.ts";

const CGROUPS = "/sys/fs/cgroup";

/**
 * The kernel frees a page's place in swap when the page is read only if swap is more than half full, or if a group of
 * the page's owner uses half of its `memory.swap.high` or more (Linux, mm/memory.c, should_try_to_free_swap and
 * mem_cgroup_swap_full). Where reading alone frees nothing, as with zswap before Linux 6.8, that limit is lowered to
 * what is in use, and put back a few milliseconds later. While it is in force it is on record, so that a daemon
 * which was killed in those milliseconds leaves no limit behind: the next start or `release` puts it back.
 */
export class SwapHigh {
  private readonly root: string;
  private readonly recordPath: string;

  /** `recordPath` is a file of ours; its folder must be there. */
  constructor(root: string, recordPath: string) {
    this.root = root;
    this.recordPath = recordPath;
  }

  /**
   * The folder of the nearest group that `pid`'s swap is counted in and whose limit we may change: the groups of a login
   * session belong to its user, those above it to root. Null if there is none; the root has no limit.
   */
  groupOf(pid: number): string | null {
    const path = /^0::(\/.+)$/m.exec(readText(`${this.root}/proc/${pid}/cgroup`) ?? "")?.[1] ?? "/";
    if (path.split("/").includes("..")) return null;
    for (let group = path; group.length > 1; group = group.slice(0, group.lastIndexOf("/"))) {
      const folder = `${this.root}${CGROUPS}${group}`;
      const limit = `${folder}/memory.swap.high`;
      if (isLimit(readText(limit)) && isWritable(limit)) return folder;
    }
    return null;
  }

  /**
   * Do `work` while the group's limit is what it uses; `work` is handed how to lower the limit after use has fallen.
   * The old limit is back when this returns or throws.
   * @returns false if the limit could not be lowered; `work` was not done then.
   */
  whileLowered(folder: string, work: (lowerAgain: () => void) => void): boolean {
    const path = `${folder}/memory.swap.high`;
    const limit = readText(path)?.trim() ?? "";
    if (!isLimit(limit) || !this.record({ path, limit })) return false;
    const lower = (): boolean => write(path, readText(`${folder}/memory.swap.current`)?.trim() ?? "");
    try {
      const isLowered = lower();
      if (isLowered) work(lower);
      return isLowered;
    } finally {
      write(path, limit);
      rmSync(this.recordPath, { force: true });
    }
  }

  /** Put back what a daemon that was killed had lowered. */
  recover(): void {
    const text = readText(this.recordPath);
    if (text === null) return;
    const [, path = "", limit = ""] = /^(\/[^\n]+\/memory\.swap\.high)\n(\S+)\n$/.exec(text) ?? [];
    const isOurs = path.startsWith(`${this.root}${CGROUPS}/`) && !path.split("/").includes("..");
    if (isOurs && isLimit(limit)) write(path, limit);
    rmSync(this.recordPath, { force: true });
  }

  private record({ path, limit }: { readonly path: string; readonly limit: string }): boolean {
    try {
      writeFileSync(this.recordPath, `${path}\n${limit}\n`, { mode: 0o600 });
      return true;
    } catch {
      return false;
    }
  }
}

function isLimit(text: string | null): boolean {
  return /^(?:max|[0-9]{1,20})$/.test(text?.trim() ?? "");
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Write to a file that is there. False if that failed: the group has ended, or it is not ours to change. */
function write(path: string, text: string): boolean {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, constants.O_WRONLY | constants.O_TRUNC);
    writeSync(descriptor, text);
    return true;
  } catch {
    return false;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}
