import { constants } from "node:os";
import { type ErrorCode, SelfballoonError, selfballoonError } from "../core/errors.ts";
import { driverText } from "../core/settings.ts";
import { parseWrite, type TunableName } from "../core/tunables.ts";
import {
  attributesBody,
  entryBody,
  folderBody,
  initBody,
  MIN_MINOR,
  openBody,
  PROTOCOL_MAJOR,
  reply,
  statfsBody,
  writtenBody,
} from "./fuse-replies.ts";
import {
  type FuseRequest,
  OPCODE,
  parseInit,
  parseName,
  parseOpen,
  parseRead,
  parseRelease,
  parseSetattr,
  parseWrittenText,
} from "./fuse-requests.ts";
import { Snapshots } from "./snapshots.ts";
import { FOLDER, Tree } from "./tree.ts";

const { EACCES, EINVAL, EIO, ENOENT, ENOSYS, ENOTCONN, EPERM, EPROTO } = constants.errno;

/** The values behind the files. */
export interface Values {
  /** Those in force; a tunable that does not exist here is missing. @throws if the daemon does not answer. */
  read(): Promise<ReadonlyMap<string, number>>;
  /** @throws what the daemon answers, or that it does not. */
  write(name: TunableName, value: number): Promise<void>;
}

/** What an answer carries: a body, or an errno, 0 for none. Null where the kernel waits for no answer. */
type Answer = Buffer | number | null;

/** Requests that have the same answer whatever is in them: nothing can be made or removed, as in sysfs. */
const PLAIN_ANSWERS: ReadonlyMap<number, number | null> = new Map([
  [OPCODE.forget, null],
  [OPCODE.batchForget, null],
  // What is interrupted is answered all the same, within the daemon's deadline.
  [OPCODE.interrupt, null],
  [OPCODE.flush, 0],
  [OPCODE.releasedir, 0],
  [OPCODE.destroy, 0],
  // The kernel judges by mode and owner itself (the mount option default_permissions).
  [OPCODE.access, 0],
  [OPCODE.create, EACCES],
  [OPCODE.mknod, EACCES],
  ...[OPCODE.symlink, OPCODE.link, OPCODE.mkdir].map((opcode) => [opcode, EPERM] as const),
  ...[OPCODE.unlink, OPCODE.rmdir, OPCODE.rename, OPCODE.rename2].map((opcode) => [opcode, EPERM] as const),
]);

/** The driver's files, as answers to the kernel's requests. They behave as files in sysfs do. */
export class FileSystem {
  private readonly values: Values;
  private readonly isPrivileged: (pid: number) => boolean;
  private readonly tree: Tree;
  private readonly snapshots = new Snapshots();
  /** As the daemon said last, for when it does not answer. */
  private hasCompressedSwap = false;

  /** `isPrivileged` says whether a thread may change tunables; `bornS` is when the files appear, in seconds since 1970. */
  constructor(values: Values, isPrivileged: (pid: number) => boolean, bornS: number) {
    this.values = values;
    this.isPrivileged = isPrivileged;
    this.tree = new Tree(bornS);
  }

  /** The answer to `request`; null where none is waited for. Never rejects. */
  async answer(request: FuseRequest): Promise<Buffer | null> {
    const answer = await this.find(request).catch(errnoOf);
    if (answer === null) return null;
    return typeof answer === "number" ? reply(request.unique, answer) : reply(request.unique, 0, answer);
  }

  private async find(request: FuseRequest): Promise<Answer> {
    const { opcode, node, body } = request;
    switch (opcode) {
      case OPCODE.init:
        return greet(body);
      case OPCODE.lookup:
        return this.lookUp(node, parseName(body));
      case OPCODE.getattr:
        return this.attributes(node);
      case OPCODE.setattr:
        this.tree.change(node, parseSetattr(body));
        return this.attributes(node);
      case OPCODE.open:
        return this.open(node, body);
      case OPCODE.opendir:
        return node === FOLDER ? openBody(0, false) : ENOENT;
      case OPCODE.read:
        return this.read(node, body);
      case OPCODE.readdir:
        return this.list(body);
      case OPCODE.write:
        return this.write(request);
      case OPCODE.statfs:
        return statfsBody();
      case OPCODE.release:
        this.snapshots.forget(parseRelease(body));
        return 0;
      default: {
        const plain = PLAIN_ANSWERS.get(opcode);
        return plain === undefined ? ENOSYS : plain;
      }
    }
  }

  private async lookUp(folder: number, name: string | null): Promise<Answer> {
    const file = folder === FOLDER && name !== null ? this.tree.find(name) : null;
    if (file === null) return ENOENT;
    const isThere = !this.tree.row(file.node)?.needsCompressedSwap || (await this.lookForCompressedSwap());
    return isThere ? entryBody(file) : ENOENT;
  }

  /** Whether the files of compressed swap are there. */
  private async lookForCompressedSwap(): Promise<boolean> {
    try {
      this.hasCompressedSwap = (await this.values.read()).has("frontswap_selfshrinking");
    } catch {
      // Who reads a file is told.
    }
    return this.hasCompressedSwap;
  }

  private attributes(node: number): Answer {
    const status = this.tree.status(node);
    return status === null ? ENOENT : attributesBody(status);
  }

  /** Sysfs opens no file for what its mode allows to nobody, not even to root. */
  private open(node: number, body: Buffer): Answer {
    const status = this.tree.status(node);
    if (status === null || status.isFolder) return ENOENT;
    const { reads, writes } = parseOpen(body);
    if ((reads && (status.mode & 0o444) === 0) || (writes && (status.mode & 0o222) === 0)) return EACCES;
    return openBody(this.snapshots.open(), true);
  }

  private async read(node: number, body: Buffer): Promise<Answer> {
    const row = this.tree.row(node);
    if (row === null) return ENOENT;
    return this.snapshots.read(parseRead(body), async () => {
      const value = (await this.values.read()).get(row.name);
      if (value === undefined) throw selfballoonError("ERR_TUNABLE_ABSENT", { name: row.name });
      return driverText(value);
    });
  }

  private async list(body: Buffer): Promise<Answer> {
    const { offset, bytes } = parseRead(body);
    return folderBody(this.tree.entries(await this.lookForCompressedSwap()), offset, bytes);
  }

  /** One write is one value, wherever in the file it is put. */
  private async write({ node, pid, body }: FuseRequest): Promise<Answer> {
    const row = this.tree.row(node);
    if (row === null) return ENOENT;
    const text = parseWrittenText(body);
    if (text === null) return EINVAL;
    const written = parseWrite(row, untilNul(text), this.isPrivileged(pid));
    if (!written.ok) return constants.errno[written.refusal];
    await this.values.write(row.name, written.value);
    return writtenBody(text.length);
  }
}

/** Agree on the protocol (fuse(4)). A kernel of another major version asks again in ours. */
function greet(body: Buffer): Answer {
  const { major, minor } = parseInit(body);
  if (major < PROTOCOL_MAJOR || (major === PROTOCOL_MAJOR && minor < MIN_MINOR)) return EPROTO;
  return initBody(minor);
}

/** Sysfs hands what is written to the driver as a C string. */
function untilNul(text: string): string {
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

/** What a reader or writer is told where the daemon does not answer, or refuses. */
const ERRNO_OF: Readonly<Partial<Record<ErrorCode, number>>> = {
  ERR_NO_DAEMON: ENOTCONN,
  ERR_TUNABLE_INVALID: EINVAL,
  ERR_TUNABLE_ABSENT: ENOENT,
};

function errnoOf(thrown: unknown): number {
  return (thrown instanceof SelfballoonError ? ERRNO_OF[thrown.code] : undefined) ?? EIO;
}
