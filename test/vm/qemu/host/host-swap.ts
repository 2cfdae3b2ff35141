import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../../rig/cache.ts";
import { runTool } from "../../rig/process.ts";
import type { Missing } from "../../rig/requirements.ts";

const NAME = "host-swap";
const TRIED_MIB = 1;
/** Turning it off reads everything back that lies in it. */
const DEADLINE_MS = 300_000;

/** What keeps this machine from swapping to a file of ours, found by trying; empty if nothing does. */
export async function missingForSwap(): Promise<Missing[]> {
  try {
    await (await HostSwap.on(TRIED_MIB)).off();
    return [];
  } catch (error) {
    const why = String(error).trim().split("\n").at(-1);
    return [{ what: `the right to swap to a file (${why})`, debianPackage: null }];
  }
}

/** A file in the rig's cache that this machine swaps to for a while. */
export class HostSwap {
  private readonly file: string;

  private constructor(file: string) {
    this.file = file;
  }

  /** An empty one, instead of what killed runs left. */
  static async on(mib: number): Promise<HostSwap> {
    await mkdir(cacheFolder(), { recursive: true });
    for (const file of await leftBehind()) await new HostSwap(file).off();
    const swap = new HostSwap(join(cacheFolder(), `${NAME}.${process.pid}`));
    try {
      await tool("fallocate", "--length", `${mib}MiB`, swap.file);
      await tool("chmod", "600", swap.file);
      await tool("mkswap", swap.file);
      await tool("swapon", swap.file);
    } catch (error) {
      await rm(swap.file, { force: true });
      throw error;
    }
    return swap;
  }

  /** What lies in it must have room in memory. */
  async off(): Promise<void> {
    // A run that was killed may have left it before it was on.
    if (readFileSync("/proc/swaps", "utf8").includes(`${this.file} `)) await tool("swapoff", this.file);
    await rm(this.file);
  }
}

async function leftBehind(): Promise<string[]> {
  const owned = (await readdir(cacheFolder())).filter((name) => name.startsWith(`${NAME}.`));
  const orphans = owned.filter((name) => !existsSync(`/proc/${name.slice(NAME.length + 1)}`));
  return orphans.map((name) => join(cacheFolder(), name));
}

function tool(command: string, ...args: readonly string[]): Promise<string> {
  return runTool(command, args, { deadlineMs: DEADLINE_MS });
}
