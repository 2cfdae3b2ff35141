import { selfballoonError } from "../../core/errors.ts";
import type { ShrinkEnd, ShrinkOutcome } from "../../core/swap-shrinker.ts";
import type { MemoryView } from "../memory-view.ts";
import type { SwapTime } from "../pace.ts";
import type { PressureWatch } from "../pressure-watch.ts";
import { RunRules, type ShrinkRequest } from "../run-rules.ts";
import type { Absence, SliceKernel } from "./slice-bank.ts";
import { chooseSlice, type Slice } from "./slices.ts";

/** While a slice is off, memory is looked at this often. */
const WATCH_MS = 50;

/** A swapoff that was killed is waited for this long; then it ends, and is put back, beside us. */
const KILLED_MS = 100;

/** A pause is at most this long, so that the end of the step is seen soon. */
const LONGEST_PAUSE_MS = 500;

/** What a run works with. What outlives the run is changed by it. */
export interface SliceMachine {
  readonly kernel: SliceKernel;
  readonly time: SwapTime;
  readonly pressure: PressureWatch;
  /** Until then it pauses, for the processor time that the last slice took. */
  readyAtMs: number;
}

/** One run of the partial swapoff by slices: one slice after the other, until no more than the target is stored. */
export class SliceRun {
  private readonly machine: SliceMachine;
  private readonly request: ShrinkRequest;
  private readonly rules: RunRules;
  private readonly view: MemoryView;
  private freedPages = 0;
  private cpuMs = 0;

  constructor(machine: SliceMachine, request: ShrinkRequest) {
    this.machine = machine;
    this.request = request;
    this.view = machine.kernel.view(request.pageBytes);
    this.rules = new RunRules(request, machine.time, machine.pressure, this.view);
  }

  /** @throws ERR_TOOL if a slice could not be taken off or put back. */
  async run(): Promise<ShrinkOutcome> {
    let end: ShrinkEnd | null = null;
    while (end === null) end = await this.proceed();
    return {
      startPages: this.rules.startPages,
      leftPages: this.view().storedPages ?? 0,
      freedPages: this.freedPages,
      touchedPages: this.freedPages,
      skippedProcesses: 0,
      cpuMs: this.cpuMs,
      end,
    };
  }

  /** A pause, or a slice. */
  private async proceed(): Promise<ShrinkEnd | null> {
    const { kernel, time, readyAtMs } = this.machine;
    const end = this.rules.judge();
    if (end !== null) return end;
    const slice = chooseSlice(kernel.slices(this.request.pageBytes), this.rules.missingPages);
    if (slice === null) return "slices_empty";
    if (!this.rules.hasRoomFor(slice.storedPages)) return "headroom";
    const pauseMs = readyAtMs - time.nowMs();
    if (pauseMs <= 0) return this.bringBack(slice);
    await time.sleep(Math.min(LONGEST_PAUSE_MS, pauseMs), this.request.cancellation);
    return null;
  }

  private async bringBack(slice: Slice): Promise<ShrinkEnd | null> {
    const { machine, request } = this;
    const { kernel, time } = machine;
    const startMs = time.nowMs();
    const absence = kernel.takeOff(slice);
    const end = await this.watch(absence, slice);
    const tookMs = time.nowMs() - startMs;
    // All of that time counts as the processor's: nothing in it waits for a disk, and all else here takes next to none.
    machine.readyAtMs = time.nowMs() + tookMs * (100 / request.limits.cpuPercent - 1);
    this.cpuMs += tookMs;
    this.freedPages += Math.max(0, slice.storedPages - kernel.storedPages(slice, request.pageBytes));
    const problem = end === null ? absence.problem() : null;
    if (problem !== null) throw selfballoonError("ERR_TOOL", { command: `swapoff ${slice.path}`, problem });
    return end;
  }

  /** Until the slice is back, or was told to come back. */
  private async watch(absence: Absence, slice: Slice): Promise<ShrinkEnd | null> {
    const othersPages = this.rules.storedPages - slice.storedPages;
    while (!(await this.isBackWithin(absence, WATCH_MS))) {
      const end = this.judgeMeanwhile(slice, othersPages);
      if (end === null) continue;
      absence.kill();
      await this.isBackWithin(absence, KILLED_MS);
      return end;
    }
    return null;
  }

  /** Meanwhile it is we who wait for pages to come back. */
  private async isBackWithin(absence: Absence, durationMs: number): Promise<boolean> {
    const { time, pressure } = this.machine;
    const startMs = time.nowMs();
    const isBack = await absence.endsWithin(durationMs);
    pressure.noteOwn(time.nowMs() - startMs);
    return isBack;
  }

  /** `othersPages` is what the other slices, and other compressed swap, held when this slice was taken off. */
  private judgeMeanwhile(slice: Slice, othersPages: number): ShrinkEnd | null {
    const overdue = this.rules.overdue();
    if (overdue !== null) return overdue;
    // The slice first: what leaves it between the two looks must not seem to have gone to the others.
    const slicePages = this.machine.kernel.storedPages(slice, this.request.pageBytes);
    const look = this.rules.look();
    const storedPages = this.rules.storedPages - slicePages;
    if (this.machine.pressure.isHigh({ ...look, storedPages }, othersPages)) return "pressure";
    return this.rules.hasRoomFor(0) ? null : "headroom";
  }
}
