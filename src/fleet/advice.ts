import { missingMb } from "../view/missing-mb.ts";
import type { FleetView } from "./fleet-view.ts";
import type { GuestSummary } from "./guest-summary.ts";

/** A guest that would do better elsewhere. */
export interface Move {
  readonly guest: string;
  readonly from: string;
  /** The host that has room for all that it wants. */
  readonly to: string;
  /** What it wants, in MiB: so much it would have there, and what it has comes free here. */
  readonly wantsMb: number;
  readonly hasMb: number;
}

/** What is said of a host that is short of memory. */
export interface HostAdvice {
  readonly host: string;
  /** What its guests lack to their goals, in MiB. */
  readonly lacksMb: number;
  /** The moves that would help most, in this order; fewer than it needs where no host has room. */
  readonly moves: readonly Move[];
}

/** Moves that are named for one host. */
const MAX_MOVES = 4;

/** Room that is left on a host that a guest is sent to. */
interface Room {
  readonly host: string;
  freeMb: number;
}

/**
 * Hosts that are short beside hosts that are not: those that lack most first, with the guests whose move would help most. A
 * host is not sent more than it has free.
 */
export function adviseFleet(view: FleetView): readonly HostAdvice[] {
  const live = view.list().filter(({ isStale, state }) => !isStale && state !== null);
  const short = live
    .map(({ host }) => ({ host, lacksMb: lacksMb([...view.guests(host)]) }))
    .filter(({ lacksMb: lacks }) => lacks > 0)
    .sort((a, b) => b.lacksMb - a.lacksMb);
  const shortHosts = new Set(short.map(({ host }) => host));
  const rooms = live.flatMap(({ host, state }): Room[] =>
    shortHosts.has(host) || state === null || state.freeMb === null ? [] : [{ host, freeMb: state.freeMb }],
  );
  return short.map(({ host, lacksMb: lacks }) => ({
    host,
    lacksMb: lacks,
    moves: movesFrom(host, [...view.guests(host)], lacks, rooms, hasMb),
  }));
}

/**
 * What would have to move from `host` so that `neededMb` more could be had there: what a guest does not use it would give as
 * well where it is.
 */
export function movesToFree(view: FleetView, host: string, neededMb: number): readonly Move[] {
  const rooms = view.list().flatMap(({ host: other, state, isStale }): Room[] => {
    if (other === host || isStale || state === null || state.freeMb === null) return [];
    return [{ host: other, freeMb: state.freeMb }];
  });
  return movesFrom(host, [...view.guests(host)], neededMb, rooms, usedMb);
}

function lacksMb(guests: readonly GuestSummary[]): number {
  return guests.reduce((sum, guest) => sum + missingMb(guest), 0);
}

/** The smallest guest that is enough by itself, or the largest ones until they are; into the fullest host that has room. */
function movesFrom(
  host: string,
  guests: readonly GuestSummary[],
  neededMb: number,
  rooms: Room[],
  gainOf: (guest: GuestSummary) => number,
): readonly Move[] {
  const moves: Move[] = [];
  const left = guests
    .map((guest) => ({ guest, gainMb: gainOf(guest), wantsMb: wantsMb(guest) }))
    .filter(({ gainMb }) => gainMb > 0)
    .sort((a, b) => a.gainMb - b.gainMb);
  let stillMb = neededMb;
  while (stillMb > 0 && moves.length < MAX_MOVES) {
    const fitting = left.filter((one) => rooms.some(({ freeMb }) => freeMb >= one.wantsMb));
    const chosen = fitting.find(({ gainMb }) => gainMb >= stillMb) ?? fitting.at(-1);
    if (chosen === undefined) break;
    const [room] = rooms.filter(({ freeMb }) => freeMb >= chosen.wantsMb).sort((a, b) => a.freeMb - b.freeMb);
    if (room === undefined) break;
    room.freeMb -= chosen.wantsMb;
    stillMb -= chosen.gainMb;
    left.splice(left.indexOf(chosen), 1);
    const { guest } = chosen;
    moves.push({ guest: guest.guest, from: host, to: room.host, wantsMb: chosen.wantsMb, hasMb: hasMb(guest) });
  }
  return moves;
}

function hasMb({ currentMb }: GuestSummary): number {
  return currentMb ?? 0;
}

function usedMb({ currentMb, availableMb }: GuestSummary): number {
  return Math.max(0, (currentMb ?? 0) - (availableMb ?? 0));
}

function wantsMb({ goalMb, currentMb }: GuestSummary): number {
  return Math.max(goalMb ?? 0, currentMb ?? 0);
}
