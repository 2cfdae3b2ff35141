import type { ShrinkEnd, ShrinkOutcome } from "../core/swap-shrinker.ts";
import { touchPages } from "./batch.ts";
import { BATCH_PAGES, Effect } from "./effect.ts";
import type { SwapKernel, SwappedMemory } from "./kernel.ts";
import type { MemoryView } from "./memory-view.ts";
import { Pace, type SwapTime } from "./pace.ts";
import type { PressureWatch } from "./pressure-watch.ts";
import type { Round } from "./round.ts";
import { RunRules, type ShrinkRequest } from "./run-rules.ts";

/** What a run works with. What outlives the run is changed by it. */
export interface ShrinkMachine {
  readonly kernel: SwapKernel;
  readonly time: SwapTime;
  readonly pressure: PressureWatch;
  readonly round: Round;
  /** True once reading alone was seen to free nothing, and reading with a lowered `memory.swap.high` to help. */
  needsSwapHigh: boolean;
}

/** One run of the partial swapoff. */
export class ShrinkRun {
  private readonly machine: ShrinkMachine;
  private readonly request: ShrinkRequest;
  private readonly view: MemoryView;
  private readonly rules: RunRules;
  private readonly pace: Pace;
  private readonly startCpuMs: number;
  private freedPages = 0;
  private touchedPages = 0;
  private readonly skipped = new Set<number>();
  private readonly effect = new Effect();

  constructor(machine: ShrinkMachine, request: ShrinkRequest) {
    const { time } = machine;
    this.machine = machine;
    this.request = request;
    this.pace = new Pace(time, request.limits.cpuPercent);
    this.startCpuMs = time.cpuMs();
    this.view = machine.kernel.view(request.pageBytes);
    this.rules = new RunRules(request, time, machine.pressure, this.view);
  }

  async run(): Promise<ShrinkOutcome> {
    const end = this.judge() ?? (await this.goThroughProcesses());
    return {
      startPages: this.rules.startPages,
      leftPages: this.view().storedPages ?? 0,
      freedPages: this.freedPages,
      touchedPages: this.touchedPages,
      skippedProcesses: this.skipped.size,
      cpuMs: this.machine.time.cpuMs() - this.startCpuMs,
      end,
    };
  }

  /** To the end of the round and, if that did not do, once more from the start. */
  private async goThroughProcesses(): Promise<ShrinkEnd> {
    const { round, kernel } = this.machine;
    const rounds = round.isFresh ? 1 : 2;
    const list = (): readonly number[] => kernel.swappers();
    for (let count = 0; count < rounds; count += 1) {
      for (let pid = round.next(list); pid !== null; pid = round.next(list)) {
        const end = await this.goThroughMemory(pid);
        if (end !== null) return end;
        round.finish();
      }
      round.restart();
    }
    return "unreachable";
  }

  private async goThroughMemory(pid: number): Promise<ShrinkEnd | null> {
    const { round, kernel } = this.machine;
    const memory = kernel.open(pid, this.request.pageBytes);
    if (memory === null) {
      this.skipped.add(pid);
      return null;
    }
    try {
      for (const { fromAddress, byDevice } of memory.swappedPages(round.fromAddress)) {
        round.moveTo(fromAddress);
        for (const [device, addresses] of byDevice) {
          const end = round.isLeft(pid, device) ? null : await this.bringBack(pid, memory, device, addresses);
          if (end !== null) return end;
        }
        const end = this.rules.overdue();
        if (end !== null) return end;
        await this.pace.rest(this.request.cancellation);
      }
      return null;
    } finally {
      memory.close();
    }
  }

  private async bringBack(
    pid: number,
    memory: SwappedMemory,
    device: number,
    addresses: readonly number[],
  ): Promise<ShrinkEnd | null> {
    for (let at = 0; at < addresses.length; ) {
      const end = this.judge();
      if (end !== null) return end;
      const wanted = Math.min(BATCH_PAGES, this.rules.missingPages);
      at += this.touchBatch(pid, device, memory, addresses.slice(at, at + wanted));
      if (this.isFutile(pid)) {
        this.machine.round.leave(pid, device);
        return "no_effect";
      }
      await this.pace.rest(this.request.cancellation);
    }
    return null;
  }

  /** Pages of the process `pid` on this swap device. @returns how many of the addresses were tried. */
  private touchBatch(pid: number, device: number, memory: SwappedMemory, addresses: readonly number[]): number {
    const { time, kernel, pressure, needsSwapHigh } = this.machine;
    const startMs = time.nowMs();
    const group = needsSwapHigh ? kernel.swapHigh.groupOf(pid) : null;
    const { tried, touched } = touchPages(memory, addresses, kernel.swapHigh, group, () => time.nowMs());
    pressure.noteOwn(time.nowMs() - startMs);
    const freedPages = this.rules.noteFall();
    this.touchedPages += touched;
    this.freedPages += freedPages;
    this.effect.note(`${pid}:${device}`, touched, freedPages);
    return tried;
  }

  /**
   * Whether what was brought back stayed stored all the same. Before that is taken for an answer the other way is tried,
   * where there is one.
   */
  private isFutile(pid: number): boolean {
    if (!this.effect.isFutile()) return false;
    const { machine } = this;
    const hasOtherWay = !machine.needsSwapHigh && machine.kernel.swapHigh.groupOf(pid) !== null;
    machine.needsSwapHigh = hasOtherWay;
    return !hasOtherWay;
  }

  /** Whether to end before anything more is brought back. */
  private judge(): ShrinkEnd | null {
    return this.rules.judge() ?? (this.rules.hasRoomFor(BATCH_PAGES) ? null : "headroom");
  }
}
