import { accessSync, constants } from "node:fs";
import type { FuseRequest } from "../../src/sysfs/fuse-requests.ts";

/**
 * Whether file systems can be mounted here over FUSE. Where not, says so in one line; throws instead if `SELFBALLOON_REQUIRE` (a
 * comma list) has `fuse`: CI must not pass by skipping.
 */
export function hasFuse(): boolean {
  const lack = process.getuid?.() !== 0 ? "root's rights" : isThere("/dev/fuse") ? null : "/dev/fuse";
  if (lack === null) return true;
  const required = (process.env["SELFBALLOON_REQUIRE"] ?? "").split(",").map((word) => word.trim());
  if (required.includes("fuse"))
    throw new Error(`tests of the mounted files are required here, but this machine lacks ${lack}`);
  process.stderr.write(`tests of the mounted files skipped: this machine lacks ${lack}\n`);
  return false;
}

function isThere(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The bytes of a request, as the kernel writes them. */
export function requestBytes({ opcode, unique, node, pid, body }: FuseRequest): Buffer {
  const bytes = Buffer.alloc(40 + body.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt32LE(opcode, 4);
  bytes.writeBigUInt64LE(unique, 8);
  bytes.writeBigUInt64LE(BigInt(node), 16);
  bytes.writeUInt32LE(pid, 32);
  body.copy(bytes, 40);
  return bytes;
}

/** Numbers of 32 bits, one after the other, as structures have them. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}
