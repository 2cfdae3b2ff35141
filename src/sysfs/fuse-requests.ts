/** The requests that we know (Linux, include/uapi/linux/fuse.h: enum fuse_opcode). */
export const OPCODE = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  symlink: 6,
  mknod: 8,
  mkdir: 9,
  unlink: 10,
  rmdir: 11,
  rename: 12,
  link: 13,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  flush: 25,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  access: 34,
  create: 35,
  interrupt: 36,
  destroy: 38,
  batchForget: 42,
  rename2: 45,
} as const;

/** One request of the kernel. */
export interface FuseRequest {
  readonly opcode: number;
  /** What the answer must name. */
  readonly unique: bigint;
  /** The file or folder that is meant. */
  readonly node: number;
  /** The thread that asks, as our process numbers count; 0 if it has none there. */
  readonly pid: number;
  /** What follows the header; at least as long as its opcode's structure. */
  readonly body: Buffer;
}

const HEADER_BYTES = 40;

/** How long the structures are whose fields are read below; a request that is shorter is no request. */
const BODY_BYTES: ReadonlyMap<number, number> = new Map([
  [OPCODE.init, 16],
  [OPCODE.setattr, 88],
  [OPCODE.open, 8],
  [OPCODE.read, 40],
  [OPCODE.write, 40],
  [OPCODE.release, 24],
  [OPCODE.readdir, 40],
]);

/** Longest name that any file system has (NAME_MAX). */
const NAME_BYTES = 255;

/**
 * Take a request apart; null if it is too short for what it claims to be. The kernel sends none such: then there is somebody
 * else at the other end, and nothing to answer.
 */
export function parseRequest(bytes: Buffer): FuseRequest | null {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== bytes.length) return null;
  const opcode = bytes.readUInt32LE(4);
  const body = bytes.subarray(HEADER_BYTES);
  if (body.length < (BODY_BYTES.get(opcode) ?? 0)) return null;
  // Our own node numbers are small; a larger one is not ours, however it is rounded.
  const node = Number(bytes.readBigUInt64LE(16));
  return { opcode, unique: bytes.readBigUInt64LE(8), node, pid: bytes.readUInt32LE(32), body };
}

/** The protocol that the kernel speaks (struct fuse_init_in). */
export function parseInit(body: Buffer): { readonly major: number; readonly minor: number } {
  return { major: body.readUInt32LE(0), minor: body.readUInt32LE(4) };
}

/** The name that a lookup asks for; null if it is longer than names are, or has no end. */
export function parseName(body: Buffer): string | null {
  const end = body.indexOf(0);
  return end === -1 || end > NAME_BYTES ? null : body.toString("latin1", 0, end);
}

/** Modes and owners that shall be changed; null for what shall stay. */
export interface Attributes<T> {
  readonly mode: T;
  readonly uid: T;
  readonly gid: T;
}

/** What is to be changed (struct fuse_setattr_in). Sizes and times are not read: they change nothing in sysfs. */
export function parseSetattr(body: Buffer): Attributes<number | null> {
  const valid = body.readUInt32LE(0);
  const field = (bit: number, offset: number): number | null =>
    (valid & bit) === 0 ? null : body.readUInt32LE(offset);
  const mode = field(1, 68);
  return { mode: mode === null ? null : mode & 0o7777, uid: field(2, 76), gid: field(4, 80) };
}

/** Whether a file is opened for reading and for writing (struct fuse_open_in, O_ACCMODE). */
export function parseOpen(body: Buffer): { readonly reads: boolean; readonly writes: boolean } {
  const access = body.readUInt32LE(0) & 3;
  return { reads: access !== 1, writes: access !== 0 };
}

/** Which part of what is wanted (struct fuse_read_in). */
export interface ReadRequest {
  readonly handle: number;
  readonly offset: number;
  readonly bytes: number;
}

export function parseRead(body: Buffer): ReadRequest {
  return {
    handle: Number(body.readBigUInt64LE(0)),
    offset: Number(body.readBigUInt64LE(8)),
    bytes: body.readUInt32LE(16),
  };
}

/** What is written, a character for each byte (struct fuse_write_in); null if there is less of it than it says. */
export function parseWrittenText(body: Buffer): string | null {
  const end = 40 + body.readUInt32LE(16);
  return end > body.length ? null : body.toString("latin1", 40, end);
}

/** The handle that is closed (struct fuse_release_in). */
export function parseRelease(body: Buffer): number {
  return Number(body.readBigUInt64LE(0));
}
