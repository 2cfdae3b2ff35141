import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { hasSystemCode, problemOf, SelfballoonError, selfballoonError } from "../core/errors.ts";

/** The largest file that is read, in KiB. The largest there is, `/proc/zoneinfo`, has 1.4 MiB with 768 processors. */
const LIMIT_KIB = 4096;

/**
 * The files of this machine, or of a tree that stands for one (`--root`). Pseudo-files lie about their size, so each is
 * read to its end, at most 4 MiB. On the machine itself descriptors are kept: reading again from the start makes the
 * kernel write the file again, at a twentieth of the cost of opening it.
 */
export class MachineFiles {
  private readonly root: string;
  private readonly descriptors = new Map<string, number>();
  private buffer = Buffer.allocUnsafe(16 * 1024);

  /** `root` is put before every path; empty for this machine. */
  constructor(root: string) {
    this.root = root;
  }

  /** True if this is the machine that we run on, not a tree that stands for one. */
  get isThisMachine(): boolean {
    return this.root === "";
  }

  /** Where `path` really lies. */
  resolve(path: string): string {
    return this.root + path;
  }

  /**
   * The text of `path`.
   * @throws ERR_FILE_MISSING, ERR_PERMISSION, or ERR_FILE_UNREADABLE if it is larger than 4 MiB or holds NUL bytes.
   */
  read(path: string): string {
    const text = this.readBytes(path);
    if (text.includes("\0")) throw this.unreadable(path, "it holds binary data");
    return text;
  }

  /** The text of `path`, or null if it is not there. Anything else that keeps it from being read is an error. */
  readIfThere(path: string): string | null {
    try {
      return this.read(path);
    } catch (thrown) {
      if (isMissing(thrown)) return null;
      throw thrown;
    }
  }

  /**
   * The text of `path`, for those who can do without: null if it is not there, may not be read, or the kernel refuses to
   * have it read, as it does where a feature was built in and not switched on. The next call tries again.
   */
  readIfPossible(path: string): string | null {
    return nullIfUnreadable(() => this.read(path));
  }

  /** The same for a file that is no text: a character for each byte. */
  readBytesIfPossible(path: string): string | null {
    return nullIfUnreadable(() => this.readBytes(path));
  }

  /** Fill `into` with the start of `path`, and the rest of it with zeros. For what is looked at many times a second. */
  readStart(path: string, into: Buffer): void {
    this.whileOpen(path, (descriptor) => into.fill(0, readSync(descriptor, into, 0, into.length, 0)));
  }

  /** Put `text` into `path`, which must exist, in one write. */
  write(path: string, text: string): void {
    let descriptor: number | null = null;
    try {
      descriptor = openSync(this.resolve(path), constants.O_WRONLY | constants.O_TRUNC | constants.O_NONBLOCK);
      writeSync(descriptor, text);
    } catch (thrown) {
      throw this.describe(thrown, path, "writable");
    } finally {
      if (descriptor !== null) closeSync(descriptor);
    }
  }

  /** Give the kept descriptors back. */
  close(): void {
    for (const path of [...this.descriptors.keys()]) this.forget(path);
  }

  private readBytes(path: string): string {
    return this.whileOpen(path, (descriptor) => {
      const bytes = this.fillBuffer(descriptor, path);
      return this.buffer.toString("latin1", 0, bytes);
    });
  }

  /**
   * Do `work` on the open file. A kept descriptor may be of a device that was removed, in whose place there is another
   * now, so where it fails the file is opened once more.
   */
  private whileOpen<Result>(path: string, work: (descriptor: number) => Result): Result {
    const kept = this.descriptors.get(path);
    try {
      if (kept !== undefined) return work(kept);
    } catch {
      this.forget(path);
    }
    let descriptor: number | null = null;
    try {
      descriptor = openSync(this.resolve(path), constants.O_RDONLY | constants.O_NONBLOCK);
      const result = work(descriptor);
      if (this.isThisMachine) this.descriptors.set(path, descriptor);
      return result;
    } catch (thrown) {
      throw thrown instanceof SelfballoonError ? thrown : this.describe(thrown, path, "readable");
    } finally {
      if (descriptor !== null && this.descriptors.get(path) !== descriptor) closeSync(descriptor);
    }
  }

  private fillBuffer(descriptor: number, path: string): number {
    let bytes = 0;
    for (;;) {
      if (bytes === this.buffer.length) this.growBuffer(path);
      const more = readSync(descriptor, this.buffer, bytes, this.buffer.length - bytes, bytes);
      if (more === 0) return bytes;
      bytes += more;
    }
  }

  private growBuffer(path: string): void {
    if (this.buffer.length >= LIMIT_KIB * 1024) throw this.unreadable(path, "it is larger");
    const larger = Buffer.allocUnsafe(this.buffer.length * 4);
    this.buffer.copy(larger);
    this.buffer = larger;
  }

  private forget(path: string): void {
    const descriptor = this.descriptors.get(path);
    if (descriptor === undefined) return;
    this.descriptors.delete(path);
    closeSync(descriptor);
  }

  private unreadable(path: string, problem: string): SelfballoonError {
    return selfballoonError("ERR_FILE_UNREADABLE", { path: this.resolve(path), limitKib: LIMIT_KIB, problem });
  }

  private describe(thrown: unknown, path: string, mode: string): SelfballoonError {
    const where = this.resolve(path);
    const problem = problemOf(thrown);
    if (hasSystemCode(thrown, "ENOENT", "ENOTDIR"))
      return selfballoonError("ERR_FILE_MISSING", { path: where, problem }, thrown);
    if (hasSystemCode(thrown, "EACCES", "EPERM")) {
      const remedy = "run as root, with CAP_SYS_ADMIN";
      return selfballoonError("ERR_PERMISSION", { path: where, mode, problem, remedy }, thrown);
    }
    return selfballoonError("ERR_FILE_UNREADABLE", { path: where, limitKib: LIMIT_KIB, problem }, thrown);
  }
}

function nullIfUnreadable(read: () => string): string | null {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof SelfballoonError) return null;
    throw thrown;
  }
}

function isMissing(thrown: unknown): boolean {
  return hasSystemCode(thrown, "ERR_FILE_MISSING");
}
