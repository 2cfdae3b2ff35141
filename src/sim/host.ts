import { selfballoonError } from "../core/errors.ts";
import type { Observation } from "../core/observation.ts";
import { createKernel, type KernelSpec, reboot } from "./boot.ts";
import { currentPages, type Kernel, wantedPages, wantedSoonPages } from "./kernel.ts";
import { begins, lie, type Misbehaviour, misbehaves, SLOW_SHARE, STICKY_SHARE } from "./misbehaviour.ts";
import { readKernel } from "./reading.ts";
import { createTally, type GuestScore, scoreOf, type Tally, tallyReboot, tallyTick } from "./score.ts";
import { tick } from "./tick.ts";

/** A guest of a simulated host. */
export interface GuestSpec extends KernelSpec {
  /** Unique within the host. */
  readonly name: string;
  readonly misbehaviours?: readonly Misbehaviour[];
}

/** Several guests on one virtual clock. Without calls nothing happens; the same calls give the same bytes. */
export interface SimHost {
  /** Time on the virtual clock, in milliseconds from 0. */
  nowMs(): number;
  /** Let `ms` milliseconds pass, in whole ticks; the rest waits for the next call. */
  advance(ms: number): void;
  /** Names of the guests that are there now. */
  guests(): readonly string[];
  /** Read a guest. Throws ERR_GUEST_UNKNOWN if it is not there. */
  observe(guest: string): Observation;
  /** Ask a guest's balloon for a size, in pages that the guest should have. It moves as time passes. */
  setTarget(guest: string, pages: number): void;
  /** Let at most `pages` stay in compressed swap; null: any number. */
  setFrontswapTarget(guest: string, pages: number | null): void;
  /** Memory that a guest has, as its balloon reports it; for whoever looks on, not for a policy. */
  currentPages(guest: string): number;
  /** Memory that a guest's programs and kernel want, files that are read again and again included. As above. */
  wantedPages(guest: string): number;
  /** The most of that from now until `aheadMs` later. */
  wantedSoonPages(guest: string, aheadMs: number): number;
  /** The score of a guest, whether it is there or not. */
  score(guest: string): GuestScore;
}

interface Guest {
  readonly name: string;
  readonly kernel: Kernel;
  readonly misbehaviours: readonly Misbehaviour[];
  readonly tally: Tally;
  lastTargetPages: number;
  frozen: Observation | null;
}

const DEFAULT_TICK_MS = 10;

/** A host whose guests have just booted at time 0. `tickMs` is 1 to 100. */
export function createSimHost(options: { readonly guests: readonly GuestSpec[]; readonly tickMs?: number }): SimHost {
  const tickMs = options.tickMs ?? DEFAULT_TICK_MS;
  const guests = new Map(options.guests.map((spec) => [spec.name, createGuest(spec)]));
  let nowMs = 0;
  let pendingMs = 0;

  const known = (name: string): Guest => {
    const guest = guests.get(name);
    if (guest === undefined) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest: name });
    return guest;
  };
  const present = (name: string): Guest => {
    const guest = known(name);
    if (isGone(guest)) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest: name });
    return guest;
  };

  return {
    nowMs: () => nowMs,
    advance(ms) {
      pendingMs += ms;
      const ticks = Math.floor(pendingMs / tickMs);
      pendingMs -= ticks * tickMs;
      nowMs += ticks * tickMs;
      for (const guest of guests.values()) {
        for (let count = 0; count < ticks; count += 1) tickGuest(guest, tickMs);
      }
    },
    guests: () => [...guests.values()].filter((guest) => !isGone(guest)).map((guest) => guest.name),
    observe: (name) => observe(present(name)),
    setTarget: (name, pages) => setTarget(present(name), pages),
    setFrontswapTarget(name, pages) {
      present(name).kernel.frontswapTargetPages = pages;
    },
    currentPages: (name) => currentPages(known(name).kernel),
    wantedPages: (name) => wantedPages(known(name).kernel),
    wantedSoonPages: (name, aheadMs) => wantedSoonPages(known(name).kernel, aheadMs),
    score(name) {
      const { tally, kernel } = known(name);
      return scoreOf(tally, kernel.counters);
    },
  };
}

function createGuest(spec: GuestSpec): Guest {
  const kernel = createKernel(spec);
  return {
    name: spec.name,
    kernel,
    misbehaviours: spec.misbehaviours ?? [],
    tally: createTally(),
    lastTargetPages: kernel.targetPages,
    frozen: null,
  };
}

function isGone(guest: Guest): boolean {
  return misbehaves(guest.misbehaviours, "vanishing", guest.kernel.nowMs);
}

function tickGuest(guest: Guest, tickMs: number): void {
  const { kernel } = guest;
  if (guest.misbehaviours.length > 0) misbehave(guest, tickMs);
  tick(kernel, tickMs);
  tallyTick(guest.tally, kernel, tickMs);
  if (kernel.hasPanicked) rebootGuest(guest);
}

/** What a misbehaviour does to the guest itself, just before its next tick. */
function misbehave(guest: Guest, tickMs: number): void {
  const { kernel, misbehaviours } = guest;
  const nowMs = kernel.nowMs + tickMs;
  kernel.balloonSpeed = balloonSpeed(misbehaviours, nowMs);
  if (begins(misbehaviours, "rebooting", kernel.nowMs, nowMs)) rebootGuest(guest);
  if (!misbehaves(misbehaviours, "frozen", nowMs)) guest.frozen = null;
  else guest.frozen ??= readKernel(kernel, guest.name);
}

function balloonSpeed(misbehaviours: readonly Misbehaviour[], nowMs: number): number {
  if (misbehaves(misbehaviours, "stuck", nowMs)) return 0;
  return misbehaves(misbehaviours, "slow", nowMs) ? SLOW_SHARE : 1;
}

function rebootGuest(guest: Guest): void {
  tallyReboot(guest.tally, guest.kernel.counters);
  reboot(guest.kernel);
}

function observe(guest: Guest): Observation {
  const now = readKernel(guest.kernel, guest.name);
  if (guest.misbehaviours.length === 0) return now;
  const said = guest.frozen === null ? now : { ...guest.frozen, balloonCurrentPages: now.balloonCurrentPages };
  return misbehaves(guest.misbehaviours, "lying", guest.kernel.nowMs) ? lie(said) : said;
}

function setTarget(guest: Guest, pages: number): void {
  const { kernel } = guest;
  if (pages !== guest.lastTargetPages) guest.tally.moves += 1;
  guest.lastTargetPages = pages;
  const hasPages = currentPages(kernel);
  const sticks = misbehaves(guest.misbehaviours, "sticky", kernel.nowMs);
  kernel.targetPages = sticks ? hasPages + Math.trunc((pages - hasPages) * STICKY_SHARE) : pages;
}
