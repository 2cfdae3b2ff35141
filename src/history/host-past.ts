import type { GuestStatus } from "../core/control.ts";
import { figuresOf } from "../core/figures.ts";
import type { HostPastPort, HostPoint } from "../core/history.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import { sumGuests } from "../view/host-sum.ts";
import { Sampler } from "../view/sampler.ts";

/** Points that are kept, whatever the time that they cover. */
const MAX_POINTS = 720;

/** The guests are added up at most this often. */
const SPACING_MS = 1000;

/** What the guests used and saved together, in a bounded number of points: since the daemon began, and what a daemon before left. */
export class HostPast implements HostPastPort {
  private readonly guests: () => readonly GuestStatus[];
  private readonly sampler = new Sampler<HostPoint>((earlier, later) => ({ ...later, gap: earlier.gap || later.gap }));
  private nextAtMs = Number.NEGATIVE_INFINITY;
  private isFirst = true;

  /** @param guests all guests as they stand. */
  constructor(guests: () => readonly GuestStatus[]) {
    this.guests = guests;
  }

  /** Take in a record: after a step the guests may have other sizes. */
  add({ kind, atMs }: JournalRecord): void {
    if (kind !== "step" || atMs < this.nextAtMs) return;
    this.nextAtMs = atMs + SPACING_MS;
    this.sampler.add({ atMs, gap: this.isFirst, ...sumOf(this.guests()) }, MAX_POINTS);
    this.isFirst = false;
  }

  /** Go on from the points of a daemon before; those of a clock that was ahead are left out. */
  follow(points: readonly HostPoint[], nowMs: number): void {
    for (const point of points) if (point.atMs <= nowMs) this.sampler.add(point, MAX_POINTS);
  }

  points(): readonly HostPoint[] {
    return this.sampler.moments();
  }
}

function sumOf(statuses: readonly GuestStatus[]): Omit<HostPoint, "atMs" | "gap"> {
  const guests = statuses.map(({ observation, decision }) => ({
    figures: observation === null || decision === null ? null : figuresOf(observation, decision),
  }));
  const { usedBytes, availableBytes, savedBytes, counted } = sumGuests(guests);
  return { usedBytes, availableBytes, savedBytes, guests: counted };
}
