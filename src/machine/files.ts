import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { problemOf, SelfballoonError, selfballoonError } from "../core/errors.ts";

/** The largest file that is read, in KiB. `/proc/zoneinfo` of a machine with many processors is the largest there is. */
const LIMIT_KIB = 1024;

/**
 * The files of this machine, or of a tree that stands for one (`--root`). Pseudo-files lie about their size, so each is
 * read to its end, at most 1 MiB. On the machine itself descriptors are kept: reading again from the start makes the
 * kernel write the file anew, at a twentieth of the cost of opening it.
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
   * @throws ERR_FILE_MISSING, ERR_PERMISSION, or ERR_FILE_UNREADABLE if it is larger than 1 MiB or holds NUL bytes.
   */
  read(path: string): string {
    try {
      return this.readWhole(path);
    } catch (thrown) {
      this.forget(path);
      throw thrown instanceof SelfballoonError ? thrown : this.describe(thrown, path, "readable");
    }
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

  /** Fill `into` with the start of `path`, and the rest of it with zeros. For what is looked at many times a second. */
  readStart(path: string, into: Buffer): void {
    const descriptor = this.open(path);
    try {
      into.fill(0, readSync(descriptor, into, 0, into.length, 0));
    } finally {
      if (!this.isThisMachine) closeSync(descriptor);
    }
  }

  /** Put `text` into `path`, which must exist, in one write. */
  write(path: string, text: string): void {
    let descriptor: number | null = null;
    try {
      descriptor = openSync(this.resolve(path), constants.O_WRONLY | constants.O_TRUNC);
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

  private readWhole(path: string): string {
    const descriptor = this.open(path);
    try {
      const bytes = this.fillBuffer(descriptor, path);
      const text = this.buffer.toString("latin1", 0, bytes);
      if (text.includes("\0")) throw this.unreadable(path, "it holds binary data");
      return text;
    } finally {
      if (!this.isThisMachine) closeSync(descriptor);
    }
  }

  private open(path: string): number {
    const descriptor = this.descriptors.get(path) ?? openSync(this.resolve(path), constants.O_RDONLY);
    if (this.isThisMachine) this.descriptors.set(path, descriptor);
    return descriptor;
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
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
    const problem = problemOf(thrown);
    if (code === "ENOENT" || code === "ENOTDIR")
      return selfballoonError("ERR_FILE_MISSING", { path: where, problem }, thrown);
    if (code === "EACCES" || code === "EPERM") {
      const remedy = "run as root, with CAP_SYS_ADMIN";
      return selfballoonError("ERR_PERMISSION", { path: where, mode, problem, remedy }, thrown);
    }
    return selfballoonError("ERR_FILE_UNREADABLE", { path: where, limitKib: LIMIT_KIB, problem }, thrown);
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ERR_FILE_MISSING";
}
