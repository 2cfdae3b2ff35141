import type { Attributes } from "./fuse-requests.ts";

/** The protocol that we speak: 7.28, Linux 4.20's. An older kernel is answered in its own minor version. */
export const PROTOCOL_MAJOR = 7;
const PROTOCOL_MINOR = 28;

/** From this one on, which is Linux 3.15's, the structures are as they are written here. */
export const MIN_MINOR = 23;

/** A page: no more is written at once, and sysfs calls a file that large. */
export const PAGE_BYTES = 4096;

/** The largest request there can be: a header, its structure, and a page. The kernel asks for 8192 bytes at least. */
export const REQUEST_BYTES = 8192;

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;

/** Everything that can be asked about a file or folder. */
export interface NodeStatus extends Attributes<number> {
  readonly node: number;
  readonly isFolder: boolean;
  /** When it appeared, in seconds since 1970. */
  readonly bornS: number;
}

/** An answer: `error` is an errno, 0 for none (struct fuse_out_header). */
export function reply(unique: bigint, error: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(16 + body.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeInt32LE(-error, 4);
  bytes.writeBigUInt64LE(unique, 8);
  body.copy(bytes, 16);
  return bytes;
}

/** struct fuse_init_out: no readahead and none of the options. */
export function initBody(kernelMinor: number): Buffer {
  const body = Buffer.alloc(64);
  body.writeUInt32LE(PROTOCOL_MAJOR, 0);
  body.writeUInt32LE(Math.min(PROTOCOL_MINOR, kernelMinor), 4);
  // How many requests the kernel sends on its own account, and when it calls that a jam.
  body.writeUInt16LE(16, 16);
  body.writeUInt16LE(12, 18);
  body.writeUInt32LE(PAGE_BYTES, 20);
  // Times are exact to a nanosecond.
  body.writeUInt32LE(1, 24);
  return body;
}

/** struct fuse_entry_out. The kernel keeps it for no time: another file may be there the next time it looks. */
export function entryBody(status: NodeStatus): Buffer {
  const body = Buffer.alloc(128);
  body.writeBigUInt64LE(BigInt(status.node), 0);
  writeAttributes(body, 40, status);
  return body;
}

/** struct fuse_attr_out, kept for no time. */
export function attributesBody(status: NodeStatus): Buffer {
  const body = Buffer.alloc(104);
  writeAttributes(body, 16, status);
  return body;
}

/** struct fuse_attr. */
function writeAttributes(body: Buffer, offset: number, { node, isFolder, bornS, mode, uid, gid }: NodeStatus): void {
  body.writeBigUInt64LE(BigInt(node), offset);
  body.writeBigUInt64LE(BigInt(isFolder ? 0 : PAGE_BYTES), offset + 8);
  for (const time of [24, 32, 40]) body.writeBigUInt64LE(BigInt(bornS), offset + time);
  body.writeUInt32LE((isFolder ? S_IFDIR : S_IFREG) | mode, offset + 60);
  body.writeUInt32LE(isFolder ? 2 : 1, offset + 64);
  body.writeUInt32LE(uid, offset + 68);
  body.writeUInt32LE(gid, offset + 72);
  body.writeUInt32LE(PAGE_BYTES, offset + 80);
}

/** struct fuse_open_out. Files have FOPEN_DIRECT_IO: the kernel keeps no pages of them, and every read and write comes to us. */
export function openBody(handle: number, isFile: boolean): Buffer {
  const body = Buffer.alloc(16);
  body.writeBigUInt64LE(BigInt(handle), 0);
  body.writeUInt32LE(Number(isFile), 8);
  return body;
}

/** struct fuse_write_out. */
export function writtenBody(bytes: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt32LE(bytes, 0);
  return body;
}

/** struct fuse_kstatfs: nothing is stored, so there are no blocks. */
export function statfsBody(): Buffer {
  const body = Buffer.alloc(80);
  body.writeUInt32LE(PAGE_BYTES, 40);
  body.writeUInt32LE(255, 44);
  body.writeUInt32LE(PAGE_BYTES, 48);
  return body;
}

/** One line of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly node: number;
  readonly isFolder: boolean;
}

/** As many of `entries`, from number `from` on, as go into `bytes` (struct fuse_dirent). */
export function folderBody(entries: readonly FolderEntry[], from: number, bytes: number): Buffer {
  const parts: Buffer[] = [];
  let left = bytes;
  for (const [index, entry] of entries.entries()) {
    if (index < from) continue;
    const part = folderEntry(entry, index + 1);
    left -= part.length;
    if (left < 0) break;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function folderEntry({ name, node, isFolder }: FolderEntry, next: number): Buffer {
  const text = Buffer.from(name);
  const part = Buffer.alloc(Math.ceil((24 + text.length) / 8) * 8);
  part.writeBigUInt64LE(BigInt(node), 0);
  part.writeBigUInt64LE(BigInt(next), 8);
  part.writeUInt32LE(text.length, 16);
  part.writeUInt32LE((isFolder ? S_IFDIR : S_IFREG) >> 12, 20);
  text.copy(part, 24);
  return part;
}
