import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "../machine/tools.ts";

/** Mounting takes some milliseconds; more than this means that something is wrong. */
export const MOUNT_DEADLINE_MS = 5000;

/** What statfs(2) says of sysfs (SYSFS_MAGIC). */
const SYSFS_TYPE = 0x62656572;

/** A folder of a device has some ten entries. */
const MAX_ENTRIES = 256;

/** Whether `folder` is in sysfs, where no folder can be made. */
export function isInSysfs(folder: string): boolean {
  return statfsSync(folder).type === SYSFS_TYPE;
}

/**
 * Cover a folder in sysfs with one in memory that has the same files and in which more can be made. Its own files are bound back, so
 * that they are the same ones. `source` is what the cover is called among the mounts.
 * @throws ERR_TOOL, ERR_DEADLINE; what was done until then is undone by unmounting `folder`.
 */
export async function coverFolder(folder: string, source: string): Promise<void> {
  const aside = mkdtempSync(join(tmpdir(), "selfballoon-sysfs-"));
  await mount("-o", "bind", folder, aside);
  try {
    await mount("-t", "tmpfs", "-o", "mode=755,size=64k,nosuid,nodev,noexec", source, folder);
    for (const entry of readdirSync(aside, { withFileTypes: true }).slice(0, MAX_ENTRIES)) {
      const [from, to] = [join(aside, entry.name), join(folder, entry.name)];
      if (entry.isSymbolicLink()) {
        symlinkSync(readlinkSync(from), to);
        continue;
      }
      if (entry.isDirectory()) mkdirSync(to);
      else writeFileSync(to, "");
      await mount("-o", "bind", from, to);
    }
  } finally {
    await runTool("umount", ["-l", aside], MOUNT_DEADLINE_MS);
    rmdirSync(aside);
  }
}

async function mount(...args: readonly string[]): Promise<void> {
  await runTool("mount", args, MOUNT_DEADLINE_MS);
}
