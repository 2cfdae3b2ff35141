import { createHash, randomBytes } from "node:crypto";
import type { NatsConnection } from "@nats-io/transport-node";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { shownGuest } from "../core/shown-text.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { bytesText } from "../view/amounts.ts";
import { type Move, movesToFree } from "./advice.ts";
import { askHost } from "./ask-host.ts";
import { candidatesFor, type HostFilter } from "./candidates.ts";
import type { FleetView } from "./fleet-view.ts";
import { type Given, openRegister } from "./given.ts";
import { type FleetWish, type HostRefusal, type Placement, placeWish } from "./place.ts";

/** A host's own words are cut to this. */
const MAX_WORDS = 200;

/** Memory that somebody wishes for, on a host with these labels. */
export interface FleetReservation extends Omit<FleetWish, "key">, HostFilter {}

/** Where it was given; `isNew` is false where an earlier wish for the same guest was given it. */
export interface FleetReserved extends Given {
  readonly isNew: boolean;
}

/** Keep memory free on one host of the fleet. @throws ERR_FLEET_FULL, ERR_FLEET_UNDECIDED. */
export async function reserveOnOne(
  connection: NatsConnection,
  view: FleetView,
  { labels, ...wish }: FleetReservation,
): Promise<FleetReserved> {
  const { mib, guest } = wish;
  const hosts = candidatesFor(mib, view.list(), { labels });
  const placement = await place(connection, view, { ...wish, key: keyOf(guest) }, hosts);
  if (placement.is === "short") throw selfballoonError("ERR_FLEET_FULL", { mib, because: keptText(placement.given) });
  if (placement.is === "refused") throw fullness(view, mib, placement.refusals, placement.gaveUp);
  return { ...placement.given, isNew: placement.isNew };
}

async function place(
  connection: NatsConnection,
  view: FleetView,
  wish: FleetWish,
  hosts: readonly string[],
): Promise<Placement> {
  try {
    const register = await openRegister(connection);
    return await placeWish(wish, hosts, { register, ask: askHost(connection), serverMs: () => view.serverMs() });
  } catch (thrown) {
    throw selfballoonError("ERR_FLEET_UNDECIDED", { problem: problemOf(thrown) }, thrown);
  }
}

/** Two wishes for one guest are the same wish; one for nobody is like no other. */
function keyOf(guest: string | null): string {
  if (guest === null) return `any_${randomBytes(8).toString("hex")}`;
  return `for_${createHash("sha256").update(guest).digest("hex").slice(0, 32)}`;
}

/** What an earlier wish for the same guest has, and how to end it. */
function keptText({ host, id, mib, lifeMs }: Given): string {
  return (
    `${mib} MiB were reserved for it before on ${host}, as ${id}, and could not be given up for more; ask again once ${host} answers, ` +
    `end it there with \`selfballoon release-reservation ${id}\`, or wait until it ends by itself, within ${lifeMs / 1000} s`
  );
}

/** Nobody could: who is nearest, what would have to move there, what the others said, and what was given up for it. */
function fullness(view: FleetView, mib: number, refusals: readonly HostRefusal[], gaveUp: Given | null): Error {
  if (refusals.length === 0)
    return selfballoonError("ERR_FLEET_FULL", { mib, because: "no live host with such labels shares a budget" });
  const [nearest] = [...refusals].sort((a, b) => (b.couldMib ?? -1) - (a.couldMib ?? -1));
  const lost =
    gaveUp === null ? [] : [`the ${gaveUp.mib} MiB that were reserved before on ${gaveUp.host} were given up`];
  const said = [...refusals.map(refusalText), ...lost];
  if (nearest === undefined || nearest.couldMib === null)
    return selfballoonError("ERR_FLEET_FULL", { mib, because: said.join("; ") });
  const { host, couldMib } = nearest;
  const moves = movesToFree(view, host, mib - couldMib);
  const would = moves.length === 0 ? "no other host has room for its guests" : moves.map(moveText).join(", ");
  const near = `nearest is ${host}, where ${couldMib} could be; to make room, ${would}`;
  return selfballoonError("ERR_FLEET_FULL", { mib, because: [near, ...said].join("; ") });
}

/** A host that says how much it could have needs no more words: `selfballoon reserve` there names the guests. */
function refusalText({ host, problem, freeMib, couldMib }: HostRefusal): string {
  if (couldMib === null) return `${host}: ${problem.slice(0, MAX_WORDS)}`;
  return `${host}: ${freeMib ?? 0} MiB are free and ${couldMib} could be`;
}

function moveText({ guest, to, hasMb, from }: Move): string {
  return `${shownGuest(guest)} (${mibText(hasMb)}) would have to move from ${from} to ${to}`;
}

function mibText(amount: number): string {
  return bytesText(amount * BYTES_PER_MIB);
}
