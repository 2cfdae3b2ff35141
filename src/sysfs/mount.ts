import { closeSync, mkdirSync, openSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { hasSystemCode, problemOf, selfballoonError } from "../core/errors.ts";
import { runTool } from "../machine/tools.ts";
import { coverFolder, isInSysfs, MOUNT_DEADLINE_MS } from "./cover.ts";
import { livingOwner, ourMounts, ownSource } from "./owner.ts";

const DEVICE = "/dev/fuse";

/** Files that are mounted, and served by whoever reads `descriptor`. */
export interface Mounted {
  readonly path: string;
  readonly descriptor: number;
  /**
   * End it: who waits for an answer or has a file open is told that there is nothing any more (ENOTCONN), and the place is as before.
   * @throws ERR_TOOL, ERR_DEADLINE if it can't be unmounted.
   */
  unmount(): Promise<void>;
}

/**
 * Mount a FUSE file system at `mountpoint`, which is made if it is not there; in sysfs, where none can be made, its folder is covered
 * first. What a process that was killed left there is removed.
 * @throws ERR_FILES_SERVED, ERR_PERMISSION, ERR_FILE_MISSING, ERR_TOOL, ERR_DEADLINE.
 */
export async function mountFiles(mountpoint: string): Promise<Mounted> {
  const { path, parent } = await removeStaleFiles(mountpoint);
  const descriptor = openDevice();
  const source = ownSource();
  let running: Promise<void> | null = null;
  const unmount = (): Promise<void> => {
    running ??= unmountAll(source, [path, parent]).finally(() => {
      running = null;
    });
    return running;
  };
  try {
    if (!madeFolder(path)) {
      await coverFolder(parent, source);
      mkdirSync(path);
    }
    const options = "fd=3,rootmode=40755,user_id=0,group_id=0,default_permissions,allow_other,nosuid,nodev,noexec";
    // -i: no helper program of FUSE's takes part.
    const args = ["-i", "-t", "fuse.selfballoon", "-o", options, source, path];
    await runTool("mount", args, MOUNT_DEADLINE_MS, { descriptor });
  } catch (thrown) {
    closeSync(descriptor);
    await unmount();
    throw thrown;
  }
  return { path, descriptor, unmount };
}

async function unmountAll(source: string, places: readonly string[]): Promise<void> {
  for (const place of places) {
    for (const mount of ourMounts(place)) if (mount.source === source) await unmountAt(place);
  }
}

/**
 * Remove what a process that was killed left at `mountpoint`.
 * @returns the place, without links on the way, and its folder.
 * @throws ERR_FILES_SERVED if the process lives, ERR_PERMISSION, ERR_TOOL, ERR_DEADLINE.
 */
export async function removeStaleFiles(
  mountpoint: string,
): Promise<{ readonly path: string; readonly parent: string }> {
  const parent = realFolder(dirname(resolve(mountpoint)));
  const path = join(parent, basename(mountpoint));
  for (const place of [path, parent]) await removeStale(place);
  return { path, parent };
}

/** Unmount what a process that was killed left at `path`. @throws ERR_FILES_SERVED if the process lives. */
async function removeStale(path: string): Promise<void> {
  for (const mount of ourMounts(path)) {
    const pid = livingOwner(mount);
    if (pid !== null) throw selfballoonError("ERR_FILES_SERVED", { path, pid });
    await unmountAt(path);
  }
}

/** -f has the kernel end all that waits for an answer; -l takes it out of sight although somebody may still use it. */
async function unmountAt(path: string): Promise<void> {
  await runTool("umount", ["-f", "-l", path], MOUNT_DEADLINE_MS);
}

/** False in sysfs, where only the kernel makes folders. */
function madeFolder(path: string): boolean {
  try {
    mkdirSync(path);
  } catch (thrown) {
    if (hasSystemCode(thrown, "EEXIST")) return true;
    if (hasSystemCode(thrown, "EPERM") && isInSysfs(dirname(path))) return false;
    throw refused(path, "a folder, or one that can be made", thrown);
  }
  return true;
}

function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch (thrown) {
    throw refused(path, "there", thrown);
  }
}

function openDevice(): number {
  try {
    return openSync(DEVICE, "r+");
  } catch (thrown) {
    if (!hasSystemCode(thrown, "ENOENT", "ENODEV", "ENXIO")) throw refused(DEVICE, "readable and writable", thrown);
    throw selfballoonError("ERR_FILE_MISSING", {
      path: DEVICE,
      problem: `the kernel has no FUSE (CONFIG_FUSE_FS): ${problemOf(thrown)}`,
    });
  }
}

function refused(path: string, mode: string, thrown: unknown): Error {
  const remedy = "run as root, on a kernel with FUSE; nothing was mounted";
  return selfballoonError("ERR_PERMISSION", { path, mode, problem: problemOf(thrown), remedy }, thrown);
}
