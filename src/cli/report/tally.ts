import type { Observation } from "../../core/observation.ts";
import type { RecordedStep } from "../../formats/recording-writer.ts";
import { Sampler } from "../../view/sampler.ts";
import { GuestTally, SILENCE_MS } from "./guest-tally.ts";
import { WorstMoments } from "./worst.ts";

/** The most guests that one report covers. */
const MAX_GUESTS = 4096;

/** Points that are kept over all guests, so that memory is bounded however many there are. */
const MAX_POINTS = 160_000;
const MAX_POINTS_PER_GUEST = 480;

/** All guests together are looked at so often. */
const LOOK_MS = 5000;

/** All guests at one moment. */
export interface HostMoment {
  readonly atMs: number;
  readonly gap: boolean;
  readonly heldBytes: number;
  /** What they would have held if no balloon had moved. */
  readonly maxBytes: number;
}

/** Adds up a recording, line by line, in bounded memory. */
export class Tally {
  readonly guests = new Map<string, GuestTally>();
  readonly worst = new WorstMoments();
  readonly host = new Sampler<HostMoment>((earlier, later) => ({ ...later, gap: earlier.gap || later.gap }));
  /** Observations, and those of guests beyond the most that are told of. */
  lines = 0;
  leftOut = 0;
  /** Time that the recording covers, without its gaps. */
  seconds = 0;
  fromMs: number | null = null;
  toMs: number | null = null;
  private lastMs: number | null = null;
  private linesSinceLook = 0;
  private lastLookMs: number | null = null;
  private looks = 0;

  add(observation: Observation, step: RecordedStep | null): void {
    const tally = this.guestOf(observation.guest);
    this.lines += 1;
    if (tally === null) {
      this.leftOut += 1;
      return;
    }
    const maxPoints = Math.min(MAX_POINTS_PER_GUEST, Math.floor(MAX_POINTS / this.guests.size));
    const passed = tally.add(observation, step, maxPoints);
    this.worst.add(observation.guest, passed);
    const { atMs } = passed.point;
    const elapsedMs = atMs - (this.lastMs ?? atMs);
    if (elapsedMs > 0 && elapsedMs <= SILENCE_MS) this.seconds += elapsedMs / 1000;
    this.lastMs = atMs;
    this.fromMs = Math.min(this.fromMs ?? atMs, atMs);
    this.toMs = Math.max(this.toMs ?? atMs, atMs);
    this.look(atMs);
  }

  private guestOf(guest: string): GuestTally | null {
    const known = this.guests.get(guest);
    if (known !== undefined || this.guests.size >= MAX_GUESTS) return known ?? null;
    const tally = new GuestTally(guest);
    this.guests.set(guest, tally);
    return tally;
  }

  private look(atMs: number): void {
    this.linesSinceLook += 1;
    // The first look waits until all guests have been read: one after another they would look like a rise from nothing.
    this.lastLookMs ??= atMs;
    const elapsedMs = atMs - this.lastLookMs;
    // A look costs as much as there are guests, so it must not come more often than as many lines.
    const isDue = elapsedMs < 0 || elapsedMs >= LOOK_MS;
    if (!isDue || this.linesSinceLook < this.guests.size) return;
    this.linesSinceLook = 0;
    const gap = this.looks === 0 || elapsedMs < 0 || elapsedMs > SILENCE_MS;
    this.looks += 1;
    this.lastLookMs = atMs;
    const held = [...this.guests.values()].flatMap((guest) => guest.held(atMs) ?? []);
    const heldBytes = held.reduce((sum, one) => sum + one.heldBytes, 0);
    const maxBytes = held.reduce((sum, one) => sum + one.maxBytes, 0);
    this.host.add({ atMs, gap, heldBytes, maxBytes }, MAX_POINTS_PER_GUEST);
  }
}
