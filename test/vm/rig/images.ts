import { chmod, lstat, mkdir, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "./process.ts";

const TOOL_DEADLINE_MS = 300_000;
const MIB_BYTES = 1024 * 1024;
const BLOCK_BYTES = 4096;
/** Room in an ext4 image for inode tables and the like, beside a twentieth of the content. */
const EXT4_SPARE_MIB = 16;
/** Without journal and checksums an image is smaller and faster, and nobody mounts one twice. */
const EXT4_OPTIONS = ["-q", "-F", "-t", "ext4", "-O", "^has_journal,^metadata_csum", "-m", "0"];

/** Packs a file tree as an initramfs; all files belong to root there. */
export async function packInitramfs(root: string, target: string): Promise<void> {
  const names = (await readdir(root, { recursive: true })).sort(); // sorted: a folder comes before what it holds
  await runTool("cpio", ["-o", "-H", "newc", "--quiet", "-R", "0:0"], {
    deadlineMs: TOOL_DEADLINE_MS,
    cwd: root,
    input: Buffer.from([".", ...names].join("\n")),
    stdoutFile: target,
  });
}

/** Makes an ext4 image that holds a copy of the folder's content, with room for about `spareMib` more. */
export async function packExt4(folder: string, target: string, spareMib = EXT4_SPARE_MIB): Promise<void> {
  const sizeMib = Math.ceil(((await occupiedBytes(folder)) / MIB_BYTES) * 1.05) + spareMib;
  await runTool("mke2fs", [...EXT4_OPTIONS, "-d", folder, target, `${sizeMib}M`], { deadlineMs: TOOL_DEADLINE_MS });
}

/** Makes an empty ext4 image; it takes space on this machine only as the guest fills it. */
export async function makeEmptyExt4(target: string, sizeMib: number): Promise<void> {
  await runTool("mke2fs", [...EXT4_OPTIONS, target, `${sizeMib}M`], { deadlineMs: TOOL_DEADLINE_MS });
}

/** Makes a blank disk of this size, sparse. */
export async function makeBlankDisk(target: string, sizeMib: number): Promise<void> {
  await writeFile(target, "");
  await truncate(target, sizeMib * MIB_BYTES);
}

/** Copies everything in an ext4 image into `folder`, without mounting it; works after a guest's crash too. */
export async function readExt4(image: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await runTool("debugfs", ["-R", "rdump / .", image], { deadlineMs: TOOL_DEADLINE_MS, cwd: folder });
  await chmod(folder, 0o755); // it got the mode of the image's root
  await rm(join(folder, "lost+found"), { recursive: true, force: true });
}

async function occupiedBytes(folder: string): Promise<number> {
  let bytes = BLOCK_BYTES;
  // With file types: without them links to folders are followed.
  for (const { parentPath, name } of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const { size } = await lstat(join(parentPath, name));
    bytes += Math.max(1, Math.ceil(size / BLOCK_BYTES)) * BLOCK_BYTES;
  }
  return bytes;
}
