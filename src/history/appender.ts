import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasSystemCode } from "../core/errors.ts";
import { listFiles } from "./files.ts";

/** A disk, a quota or a file-size limit that is full. */
const FULL = ["ENOSPC", "EDQUOT", "EFBIG"] as const;

/** Tries at one piece of text: each makes room by dropping a file, or writes what a short write left. */
const MAX_TRIES = 64;

/** What an appender keeps to. */
export interface AppenderOptions {
  readonly directory: string;
  /** The most bytes of one file, and of all files together. */
  readonly fileBytes: number;
  readonly allBytes: number;
  /** The disk is full: the oldest file was dropped. */
  readonly onDropped: () => void;
}

/** Appends to one file of a folder at a time, and drops the oldest ones to make room. One call at a time. */
export class Appender {
  private readonly options: AppenderOptions;
  private current: { readonly name: string; readonly file: FileHandle; bytes: number } | null = null;

  constructor(options: AppenderOptions) {
    this.options = options;
  }

  /** Append all of `text` to the file `name`, or nothing. @throws what the file system threw. */
  async append(name: string, text: Buffer): Promise<void> {
    let written = 0;
    for (let tries = 1; ; tries += 1) {
      try {
        const { file } = await this.opened(name);
        written += (await file.write(text, written)).bytesWritten;
        if (written >= text.length) break;
        if (tries >= MAX_TRIES) throw new Error("it was written too slowly");
      } catch (thrown) {
        if (tries < MAX_TRIES && hasSystemCode(thrown, ...FULL) && (await this.dropOldest(name))) continue;
        await this.takeBack();
        throw thrown;
      }
    }
    if (this.current !== null) this.current.bytes += written;
  }

  async close(): Promise<void> {
    const { current } = this;
    this.current = null;
    await current?.file.close();
  }

  private async opened(name: string): Promise<{ readonly file: FileHandle }> {
    if (this.current?.name === name) return this.current;
    await this.close();
    const { directory } = this.options;
    await mkdir(directory, { mode: 0o750 }).catch((thrown: unknown) => {
      if (!hasSystemCode(thrown, "EEXIST")) throw thrown;
    });
    const file = await open(join(directory, name), "a", 0o640);
    this.current = { name, file, bytes: (await file.stat()).size };
    await this.makeRoom(name);
    return this.current;
  }

  /** Drop the oldest files until a whole one has room beside the others. */
  private async makeRoom(name: string): Promise<void> {
    const { directory, fileBytes, allBytes } = this.options;
    const others = (await listFiles(directory)).filter(({ path }) => path !== join(directory, name));
    let bytes = others.reduce((sum, file) => sum + file.bytes, fileBytes);
    for (const file of others) {
      if (bytes <= allBytes) return;
      await rm(file.path, { force: true });
      bytes -= file.bytes;
    }
  }

  /** Drop the oldest file but `name`; false if there is none. */
  private async dropOldest(name: string): Promise<boolean> {
    const { directory, onDropped } = this.options;
    const oldest = (await listFiles(directory)).find(({ path }) => path !== join(directory, name));
    if (oldest === undefined) return false;
    await rm(oldest.path, { force: true });
    onDropped();
    return true;
  }

  /** What was written in part is no line, and goes; so does a file that can't even be cut: the next one is opened again. */
  private async takeBack(): Promise<void> {
    const { current } = this;
    if (current === null) return;
    await current.file.truncate(current.bytes).catch(() => this.close().catch(() => {}));
  }
}
