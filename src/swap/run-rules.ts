import type { Cancellation } from "../core/backend.ts";
import type { ShrinkEnd, ShrinkLimits } from "../core/swap-shrinker.ts";
import type { MemoryLook, MemoryView } from "./memory-view.ts";
import type { SwapTime } from "./pace.ts";
import type { PressureWatch } from "./pressure-watch.ts";

/** What was asked for. */
export interface ShrinkRequest {
  readonly targetPages: number;
  readonly pageBytes: number;
  readonly limits: ShrinkLimits;
  readonly cancellation: Cancellation;
}

/** When a run ends: the same whichever way pages are brought back. */
export class RunRules {
  readonly startPages: number;
  private readonly request: ShrinkRequest;
  private readonly time: SwapTime;
  private readonly pressure: PressureWatch;
  private readonly view: MemoryView;
  private readonly endMs: number;
  private last: MemoryLook;

  constructor(request: ShrinkRequest, time: SwapTime, pressure: PressureWatch, view: MemoryView) {
    this.request = request;
    this.time = time;
    this.pressure = pressure;
    this.view = view;
    this.endMs = time.nowMs() + request.limits.deadlineMs;
    this.last = view();
    this.startPages = this.storedPages;
  }

  /** Pages in compressed swap when they were last looked at. */
  get storedPages(): number {
    return this.last.storedPages ?? 0;
  }

  /** Pages that must come back until the target is reached. */
  get missingPages(): number {
    return this.storedPages - this.request.targetPages;
  }

  /** Whether to end before anything more is brought back. */
  judge(): ShrinkEnd | null {
    const overdue = this.overdue();
    if (overdue !== null) return overdue;
    const lastPages = this.storedPages;
    const look = this.look();
    if (look.storedPages === null) return "no_effect";
    if (this.missingPages <= 0) return "reached";
    return this.pressure.isHigh(look, lastPages) ? "pressure" : null;
  }

  overdue(): ShrinkEnd | null {
    if (this.request.cancellation.aborted) return "cancelled";
    return this.time.nowMs() >= this.endMs ? "deadline" : null;
  }

  /** Look after pages were brought back. @returns by how many fewer are stored; growth is left for `judge` to see. */
  noteFall(): number {
    const lastPages = this.storedPages;
    const look = this.look();
    const storedPages = Math.min(lastPages, look.storedPages ?? lastPages);
    this.last = { ...look, storedPages };
    return lastPages - storedPages;
  }

  look(): MemoryLook {
    this.last = this.view();
    return this.last;
  }

  /** Whether so many pages may come back without taking what is available below the headroom, as of the last look. */
  hasRoomFor(pages: number): boolean {
    const { availablePages } = this.last;
    return availablePages !== null && availablePages - pages >= this.request.limits.headroomPages;
  }
}
