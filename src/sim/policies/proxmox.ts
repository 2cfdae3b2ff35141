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

/** Move the host toward 80 % used: take from guests with room, give to those without. */
function targets(host: HostSight): readonly (number | null)[] {
  const goalPages = hostFreePages(host) - host.memoryPages * (1 - TARGET_SHARE);
  const guests = host.guests.map(sightOf);
  const present = guests.filter((guest) => guest !== null);
  if (Math.abs(goalPages) <= MIN_GOAL_PAGES) return guests.map(() => null);
  const preferred = present.filter((guest) => hasRoom(guest) === goalPages < 0);
  const first = share(preferred, goalPages);
  const chosen = first.size > 0 ? first : share(present, goalPages);
  return guests.map((guest) => (guest === null ? null : (chosen.get(guest.name) ?? null)));
}

function minimumPages({ maxPages }: BalloonSight): number {
  return Math.floor(maxPages * MINIMUM_SHARE);
}

function hasRoom(guest: BalloonSight): boolean {
  const minimum = minimumPages(guest);
  return guest.freePages > minimum * ROOM_SHARE && guest.currentPages >= minimum;
}

/** What these guests have above their minima, and `goalPages` more or less, in equal shares; those that move. */
function share(guests: readonly BalloonSight[], goalPages: number): ReadonlyMap<string, number> {
  const abovePages = sum(guests.map((guest) => guest.currentPages - minimumPages(guest)));
  const eachPages = Math.max(0, abovePages + goalPages) / Math.max(1, guests.length);
  const moved = new Map<string, number>();
  for (const guest of guests) {
    const minimum = minimumPages(guest);
    const desired = clamp(minimum + eachPages, minimum, guest.maxPages);
    const change = Math.trunc(clamp(desired - guest.currentPages, -MAX_STEP_PAGES, MAX_STEP_PAGES));
    if (change !== 0 && change > 0 === goalPages > 0) moved.set(guest.name, guest.currentPages + change);
  }
  return moved;
}

/** Proxmox VE's automatic balloons. */
export const proxmox = hostPolicy({
  summary: "Toward a host that is 80 % used, in steps of at most 100 MiB every 10 s.",
  source: "compute_alg1 of PVE::AutoBalloon (pve-manager, 2026); minima of a quarter, equal shares",
  intervalMs: 10_000,
  initial: null,
  step: (state, host) => ({ state, result: targets(host) }),
});
