import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Whether this process can mount a disk. */
export const mayMount = process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;

/** A folder below `folder` that is a disk of its own, of so many bytes, as `mount` writes them; gone with the test. */
export function diskOf(folder: string, size: string): string {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "none", disk]);
  if (status !== 0) throw new Error(String(stderr));
  onTestFinished(() => void spawnSync("umount", ["--lazy", disk]));
  return disk;
}
