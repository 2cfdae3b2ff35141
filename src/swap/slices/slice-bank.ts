import { problemOf, selfballoonError } from "../../core/errors.ts";
import type { MachineFiles } from "../../machine/files.ts";
import { runTool, startTool } from "../../machine/tools.ts";
import { realClock } from "../../time/clock.ts";
import { endsWithin } from "../../time/deadline.ts";
import { zramStoredPages } from "../compressed-swap.ts";
import { type MemoryView, viewMemory } from "../memory-view.ts";
import { endOrphans, sliceMark } from "./orphans.ts";
import { SliceRecord } from "./slice-record.ts";
import { findSlices, isOn, readLabel, SLICE_LABEL, type Slice, type SliceArea } from "./slices.ts";

/** swapon takes some milliseconds; more than this means that something is wrong. */
const SWAPON_DEADLINE_MS = 10_000;

/** An orphan that was killed ends at the next process whose pages it would bring back. */
const ORPHAN_DEADLINE_MS = 10_000;

/** The same for one of our own, for which a step must not wait longer. */
const KILLED_DEADLINE_MS = 1000;

/** A slice that is being taken off, and put back right after. */
export interface Absence {
  /** Whether it is back within this time. */
  endsWithin(durationMs: number): Promise<boolean>;
  /** Take no more off; what was brought back until now stays back. */
  kill(): void;
  /** Once it is back: what went wrong, in one sentence; null if all is well. */
  problem(): string | null;
}

/** What the partial swapoff by slices sees and does: a machine's kernel, or one made up by a test. */
export interface SliceKernel {
  view(pageBytes: number): MemoryView;
  /** The slices that are on, with what each holds. */
  slices(pageBytes: number): readonly Slice[];
  /** What one of them holds now. */
  storedPages(slice: Slice, pageBytes: number): number;
  /** @throws ERR_TOOL if that can't be put on record. */
  takeOff(slice: Slice): Absence;
  /** Put back what was left off. @throws ERR_TOOL, ERR_DEADLINE. */
  putBack(): Promise<void>;
}

/**
 * The slices of this machine. One at a time is off, and only for as long as its pages take to come back. Whatever ends
 * that (success, failure, a kill) it is put back, with the priority that it had: a record of it is written before and
 * removed after, and where the daemon was killed between the two, the next start or `release` puts it back.
 */
export class SliceBank implements SliceKernel {
  private readonly files: MachineFiles;
  private readonly record: SliceRecord;
  /** The slice that is off now, until it is back. */
  private absent: { readonly path: string; readonly back: Promise<void> } | null = null;

  /** `recordPath` is a file of ours; its folder must be there. */
  constructor(files: MachineFiles, recordPath: string) {
    this.files = files;
    this.record = new SliceRecord(recordPath);
  }

  view(pageBytes: number): MemoryView {
    return viewMemory(this.files, pageBytes);
  }

  slices(pageBytes: number): readonly Slice[] {
    return findSlices(this.files, pageBytes);
  }

  storedPages({ path, storedPages }: Slice, pageBytes: number): number {
    return zramStoredPages(this.files, path.slice("/dev/".length), pageBytes) ?? storedPages;
  }

  takeOff(slice: Slice): Absence {
    this.record.write(slice);
    let problem: string | null = null;
    const swapoff = startTool("swapoff", [slice.path], { mark: sliceMark(slice.path) });
    const back = swapoff.ended.then(async (failure) => {
      problem = (await this.swapOn(slice)) ?? failure;
      this.absent = null;
    });
    this.absent = { path: slice.path, back };
    return {
      endsWithin: (durationMs) => endsWithin(realClock, durationMs, back),
      kill: () => swapoff.kill(),
      problem: () => problem,
    };
  }

  async putBack(): Promise<void> {
    if (this.absent !== null && !(await endsWithin(realClock, KILLED_DEADLINE_MS, this.absent.back)))
      throw selfballoonError("ERR_DEADLINE", { what: `swapoff ${this.absent.path}`, deadlineMs: KILLED_DEADLINE_MS });
    const slice = this.record.read();
    if (slice === null) return;
    await endOrphans(slice.path, ORPHAN_DEADLINE_MS);
    const problem = await this.swapOn(slice);
    if (problem !== null) throw selfballoonError("ERR_TOOL", { command: `swapon ${slice.path}`, problem });
  }

  /** What went wrong; null if it is on, or is a slice no longer. */
  private async swapOn({ path, priority }: SliceArea): Promise<string | null> {
    try {
      // A swapoff that was killed leaves it on, and somebody else may have removed it.
      if (!isOn(this.files, path) && readLabel(this.files.resolve(path)) === SLICE_LABEL)
        await runTool("swapon", ["-p", String(priority), path], SWAPON_DEADLINE_MS);
      this.record.remove();
      return null;
    } catch (thrown) {
      return problemOf(thrown);
    }
  }
}
