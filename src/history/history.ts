import { type Problem, problemOf, selfballoonError } from "../core/errors.ts";
import type { HistoryPort, HistoryQuery, HistoryRange } from "../core/history.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import { TUNABLES } from "../core/tunables.ts";
import { HistoryLines } from "../formats/history-lines.ts";
import { formatReset } from "../formats/recording-writer.ts";
import { realClock } from "../time/clock.ts";
import { endsWithin } from "../time/deadline.ts";
import { HistoryWriter } from "./writer.ts";

/** A line is about so long. */
const LINE_BYTES = 800;

/** Steps that tell nothing new are left out as far as it takes to keep a day of all guests. */
const DAY_MS = 86_400_000;

/** Trouble with the disk is told once in so long. */
const TELL_AGAIN_MS = 3_600_000;

/** How long the end of the daemon, or a reader, waits for the disk. */
const DISK_DEADLINE_MS = 1000;

/** Readers at a time. */
const MAX_READERS = 4;

/** What is kept, and where. */
export interface HistoryOptions {
  readonly directory: string;
  readonly maxBytes: number;
  /** Monotonic time, in ms. */
  readonly nowMs: () => number;
  /** Told of trouble with the disk, as a sentence, now and then; the history continues as well as it can. */
  readonly onProblem: (problem: Problem) => void;
}

/**
 * The daemon's journal, kept on disk as recordings in a folder of bounded size. What goes wrong is told and stops nothing.
 * Nothing is forced to the disk: a crash of the machine may lose the last half minute.
 */
export class History implements HistoryPort {
  private readonly options: HistoryOptions;
  private readonly lines = new HistoryLines();
  private readonly writer: HistoryWriter;
  private toldMs = Number.NEGATIVE_INFINITY;
  private readers = 0;

  private constructor(options: HistoryOptions) {
    this.options = options;
    const { directory, maxBytes } = options;
    this.writer = new HistoryWriter({
      directory,
      maxBytes,
      firstLines: () => this.lines.restart(),
      onProblem: (problem) => this.tell(problem),
    });
  }

  /** Go on where the daemon before left off. */
  static async open(options: HistoryOptions): Promise<History> {
    const history = new History(options);
    await history.resume().catch((thrown: unknown) => history.tell(problemOf(thrown)));
    return history;
  }

  /** Take in a record; it is written soon. */
  add(record: JournalRecord): void {
    const spacingMs = (this.lines.guestCount * LINE_BYTES * DAY_MS) / this.options.maxBytes;
    const lines = this.lines.of(record, spacingMs);
    if (lines.length > 0) this.writer.put(lines, record.atMs);
  }

  /** Write what waits. Never fails. */
  flush(): Promise<void> {
    return this.writer.flush();
  }

  /** Write what waits, if the disk takes it in time. */
  async close(): Promise<void> {
    await endsWithin(realClock, DISK_DEADLINE_MS, this.writer.close());
  }

  async read(query: HistoryQuery): Promise<HistoryRange> {
    if (this.readers >= MAX_READERS)
      throw selfballoonError("ERR_TOO_MANY", { limit: MAX_READERS, what: "readers of the history" });
    this.readers += 1;
    try {
      await endsWithin(realClock, DISK_DEADLINE_MS, this.writer.flush());
      const { readHistory } = await import("./reader.ts");
      return await readHistory(this.options.directory, query, this.options.nowMs);
    } catch (thrown) {
      if (!(thrown instanceof Error && "syscall" in thrown)) throw thrown;
      const { directory } = this.options;
      throw selfballoonError("ERR_HISTORY", { directory, problem: thrown.message }, thrown);
    } finally {
      this.readers -= 1;
    }
  }

  /** A replay begins again where this daemon does. */
  private async resume(): Promise<void> {
    const isContinued = await this.writer.resume();
    if (isContinued) this.writer.put([formatReset(TUNABLES.map(({ name }) => name))], Date.now());
  }

  private tell(problem: string): void {
    const { directory, nowMs, onProblem } = this.options;
    if (nowMs() - this.toldMs < TELL_AGAIN_MS) return;
    this.toldMs = nowMs();
    const { code, details, message } = selfballoonError("ERR_HISTORY", { directory, problem });
    onProblem({ code, details, message });
  }
}
