import { problemOf } from "../core/errors.ts";
import { Appender } from "./appender.ts";
import { cutTornLine, fileName, listFiles } from "./files.ts";

/** History is kept in so many files, of which the oldest goes when a new one begins. */
const FILES = 8;

/** So much waits for the disk at once; a disk that takes longer loses what comes then. */
const MAX_PENDING_BYTES = 1_048_576;

/** So much is worth a write before its time. */
const FLUSH_BYTES = 65_536;

/** A line that is torn is no longer than this. */
const LONGEST_LINE_BYTES = 65_536;

/** What a writer keeps to. */
export interface WriterOptions {
  readonly directory: string;
  /** The most bytes of all files together. */
  readonly maxBytes: number;
  /** The lines that each new file begins with. */
  readonly firstLines: () => readonly string[];
  /** Told of all that goes wrong; the writer continues as well as it can. */
  readonly onProblem: (problem: string) => void;
}

/** A piece of text for one file. */
interface Piece {
  readonly name: string;
  readonly text: string;
  readonly bytes: number;
}

/** Lines on their way into bounded files: collected, written behind the daemon's back, one write at a time. */
export class HistoryWriter {
  private readonly options: WriterOptions;
  private readonly fileBytes: number;
  private readonly appender: Appender;
  private current: { readonly name: string; readonly beganMs: number; bytes: number } | null = null;
  private pending: Piece[] = [];
  private pendingBytes = 0;
  private writing: Promise<void> | null = null;

  constructor(options: WriterOptions) {
    this.options = options;
    const { directory, maxBytes: allBytes, onProblem } = options;
    this.fileBytes = Math.floor(allBytes / FILES);
    const onDropped = (): void => onProblem("the disk is full, so the oldest file was dropped");
    this.appender = new Appender({ directory, allBytes, fileBytes: this.fileBytes, onDropped });
  }

  /** Append to the newest file from now on, if it has room and whole lines. False if there is no such file. */
  async resume(): Promise<boolean> {
    const newest = (await listFiles(this.options.directory)).at(-1);
    if (newest === undefined) return false;
    const { beganMs, bytes, path } = newest;
    const kept = bytes < this.fileBytes ? await cutTornLine(path, LONGEST_LINE_BYTES) : null;
    this.current = { name: fileName(beganMs), beganMs, bytes: kept ?? Number.POSITIVE_INFINITY };
    return kept !== null;
  }

  /** Have lines written soon; all of them get into one file. */
  put(lines: readonly string[], atMs: number): void {
    const text = textOf(lines);
    const bytes = Buffer.byteLength(text);
    if (this.pendingBytes + bytes > MAX_PENDING_BYTES) {
      this.options.onProblem("the disk is too slow, so lines were left out");
      return;
    }
    if (this.current === null || this.current.bytes + bytes > this.fileBytes) this.begin(atMs);
    this.push(text);
    if (this.pendingBytes >= FLUSH_BYTES) void this.flush();
  }

  /** Write what waits. Never fails: what could not be written is told, and lost. */
  flush(): Promise<void> {
    this.writing ??= this.write().finally(() => {
      this.writing = null;
    });
    return this.writing;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.appender.close().catch(() => {});
  }

  private begin(atMs: number): void {
    // The wall clock may have been put back; names must rise all the same.
    const beganMs = Math.max(atMs, (this.current?.beganMs ?? 0) + 1);
    this.current = { name: fileName(beganMs), beganMs, bytes: 0 };
    this.push(textOf(this.options.firstLines()));
  }

  private push(text: string): void {
    if (this.current === null || text === "") return;
    const bytes = Buffer.byteLength(text);
    this.current.bytes += bytes;
    this.pending.push({ name: this.current.name, text, bytes });
    this.pendingBytes += bytes;
  }

  private async write(): Promise<void> {
    for (let [first] = this.pending; first !== undefined; [first] = this.pending) {
      const { name } = first;
      const end = this.pending.findIndex((piece) => piece.name !== name);
      const pieces = this.pending.splice(0, end < 0 ? this.pending.length : end);
      try {
        await this.appender.append(name, Buffer.from(pieces.map(({ text }) => text).join("")));
      } catch (thrown) {
        this.options.onProblem(problemOf(thrown));
      }
      // Not before: what is being written is held, too.
      this.pendingBytes -= pieces.reduce((sum, { bytes }) => sum + bytes, 0);
    }
  }
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
