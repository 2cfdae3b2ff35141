import { type BalloonSight, clamp, hostFreePages, mib, sightOf, sum } from "./balloons.ts";
import { type HostSight, hostPolicy } from "./policy.ts";

/** The node's `ballooning-target`. */
const TARGET_SHARE = 0.8;
const MAX_STEP_PAGES = mib(100);
const MIN_GOAL_PAGES = mib(10);
/** A guest has room if this share of its minimum is free. */
const ROOM_SHARE = 0.25;
/** Each guest's minimum (`balloon`) is the operator's to set: here a quarter of its memory. Shares are all the same. */
const MINIMUM_SHARE = 1 / 4;
/** Passes end by themselves, but rounding must not make one that never does. */
const MAX_PASSES = 1000;

/** Targets of guests by name. */
type Targets = Map<string, number>;

/** Move the host toward 80 % used: take from guests with room first, give first to those without. */
function targets(host: HostSight): readonly (number | null)[] {
  const goalPages = Math.trunc(hostFreePages(host) - host.memoryPages * (1 - TARGET_SHARE));
  const sights = host.guests.map(sightOf);
  const guests = sights.filter((guest) => guest !== null);
  const found: Targets = new Map();
  if (Math.abs(goalPages) > MIN_GOAL_PAGES) {
    const preferred = guests.filter((guest) => hasRoom(guest) === goalPages < 0);
    const leftPages = share(preferred, goalPages, goalPages > 0, found);
    const noneHelped = goalPages > 0 ? leftPages >= goalPages : leftPages <= goalPages;
    if (noneHelped) share(guests, leftPages, goalPages > 0, found);
  }
  return sights.map((guest) => (guest === null ? null : (found.get(guest.name) ?? null)));
}

function minimumPages({ maxPages }: BalloonSight): number {
  return Math.floor(maxPages * MINIMUM_SHARE);
}

function hasRoom(guest: BalloonSight): boolean {
  const minimum = minimumPages(guest);
  return guest.freePages > minimum * ROOM_SHARE && guest.currentPages >= minimum;
}

/**
 * Share `goalPages` out, in passes that each start from the targets found so far, until nothing is left of it or nothing
 * moves. Returns what is left.
 */
function share(guests: readonly BalloonSight[], goalPages: number, isGiving: boolean, found: Targets): number {
  let open = guests;
  let leftPages = goalPages;
  for (let pass = 0; pass < MAX_PASSES && leftPages !== 0; pass += 1) {
    const eachPages = shareOfEach(open, leftPages, found);
    const moving = open.filter((guest) => isMoving(guest, eachPages, isGiving));
    const movedPages = moving.map((guest) => move(guest, eachPages, found));
    if (movedPages.every((pages) => pages === 0)) break;
    leftPages -= sum(movedPages);
    open = moving;
  }
  return leftPages;
}

/** What the guests are to have above their minima: what they have there, and what is left, in equal parts. */
function shareOfEach(guests: readonly BalloonSight[], leftPages: number, found: Targets): number {
  const abovePages = guests.map((guest) => (found.get(guest.name) ?? guest.currentPages) - minimumPages(guest));
  return Math.trunc((sum(abovePages) + leftPages) / Math.max(1, guests.length));
}

function desiredPages(guest: BalloonSight, eachPages: number): number {
  const minimum = minimumPages(guest);
  return clamp(minimum + eachPages, minimum, guest.maxPages);
}

/** A guest above its share goes down to it even while memory is given out; one below it goes up only then. */
function isMoving(guest: BalloonSight, eachPages: number, isGiving: boolean): boolean {
  const change = desiredPages(guest, eachPages) - guest.currentPages;
  return change < 0 || (isGiving && change > 0);
}

/** Move a guest toward its share, by 100 MiB of what it has at the most. Returns what the last target changed by. */
function move(guest: BalloonSight, eachPages: number, found: Targets): number {
  const { name, currentPages } = guest;
  const change = clamp(desiredPages(guest, eachPages) - currentPages, -MAX_STEP_PAGES, MAX_STEP_PAGES);
  const before = found.get(name) ?? currentPages;
  found.set(name, currentPages + change);
  return currentPages + change - before;
}

/** Proxmox VE's automatic balloons. */
export const proxmox = hostPolicy({
  summary: "Toward a host that is 80 % used, in steps of at most 100 MiB every 10 s.",
  source: "compute_alg1 of PVE::AutoBalloon (pve-manager, 2026); minima of a quarter, equal shares",
  intervalMs: 10_000,
  initial: null,
  step: (state, host) => ({ state, result: targets(host) }),
});
