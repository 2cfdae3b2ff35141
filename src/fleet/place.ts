import { randomBytes } from "node:crypto";
import type { Given, GivenRegister, Registered } from "./given.ts";
import type { HostAnswer, HostQuestion } from "./wish-wire.ts";

/** Hosts that are asked for one wish. */
const MAX_ASKED = 16;

/** Memory that is looked for in a fleet. */
export interface FleetWish {
  /** Its key in the register: of two with the same key one is granted. */
  readonly key: string;
  readonly mib: number;
  readonly guest: string | null;
  readonly waitMs: number;
  readonly lifeMs: number;
}

/** What a host said that has not granted it; null where it said nothing. */
export interface HostRefusal {
  readonly host: string;
  readonly problem: string;
  readonly freeMib: number | null;
  readonly couldMib: number | null;
}

export type Placement =
  /** Granted, by this attempt or (`isNew` false) an earlier one. */
  | { readonly is: "given"; readonly given: Given; readonly isNew: boolean }
  /** No host can; `gaveUp` is what an earlier wish was given, which was less and had to be given up to look for more. */
  | { readonly is: "refused"; readonly refusals: readonly HostRefusal[]; readonly gaveUp: Given | null }
  /** Another wish for the same was given less, which is kept: it can't be taken back now, and nobody has two at once. */
  | { readonly is: "short"; readonly given: Given };

/** What placing works with. */
export interface PlaceTools {
  /** Ask a host; null if it does not answer: it may have heard all the same. */
  readonly ask: (host: string, question: HostQuestion, deadlineMs: number) => Promise<HostAnswer | null>;
  readonly register: GivenRegister;
  /** The server's clock, or a little before it. */
  readonly serverMs: () => number;
}

/** Beyond the wait itself, a host answers within this. */
const ANSWER_MS = 4000;

/**
 * Reserve memory on one of `hosts`, which are asked in turn. A host's reservation alone gives nothing: it counts once it is
 * in the register, which takes one for each key. So whoever is killed when, a wish is given once, and what a host keeps
 * for nobody ends by itself. Where less was given before, that is taken back first, and its host must have said so.
 * @throws what kept the register from being read or written.
 */
export async function placeWish(wish: FleetWish, hosts: readonly string[], tools: PlaceTools): Promise<Placement> {
  const before = await tools.register.find(wish.key);
  const held = before?.given ?? null;
  if (before === null || held === null || !(await stillHolds(held, before.createdMs, tools)))
    return await placeAnew(wish, hosts, before, tools);
  if (held.mib >= wish.mib) return { is: "given", given: held, isNew: false };
  if (hosts.length === 0) return { is: "refused", refusals: [], gaveUp: null };
  if (!(await withdraw(held.host, held.id, tools))) return { is: "short", given: held };
  const placement = await placeAnew(wish, hosts, before, tools);
  return placement.is === "refused" ? { ...placement, gaveUp: held } : placement;
}

/** Ask one host after the other, and write down the first that can in place of `before`. */
async function placeAnew(
  wish: FleetWish,
  hosts: readonly string[],
  before: Registered | null,
  tools: PlaceTools,
): Promise<Placement> {
  const { key, ...asked } = wish;
  const refusals: HostRefusal[] = [];
  for (const host of hosts.slice(0, MAX_ASKED)) {
    const id = randomBytes(8).toString("hex");
    const answer = await tools.ask(host, { v: 1, do: "reserve", id, ...asked }, wish.waitMs + ANSWER_MS);
    if (answer === null || answer.is === "refused") {
      if (answer === null) await withdraw(host, id, tools);
      refusals.push(refusalOf(host, answer));
      continue;
    }
    const given = { host, id, mib: wish.mib, lifeMs: wish.lifeMs };
    // Where it can't be known whether it was written, another may have read it: what the host keeps is left to its time.
    if (await tools.register.write(key, given, before)) return { is: "given", given, isNew: true };
    await withdraw(host, id, tools);
    return await whatAnotherGot(wish, tools);
  }
  return { is: "refused", refusals, gaveUp: null };
}

/** Another was quicker: what it was given is given to this wish too, if that is enough. */
async function whatAnotherGot({ key, mib }: FleetWish, { register }: PlaceTools): Promise<Placement> {
  const given = (await register.find(key))?.given ?? null;
  if (given === null) throw new Error("another was granted the same, and it can't be read where");
  return given.mib < mib ? { is: "short", given } : { is: "given", given, isNew: false };
}

/** It does until its time is over, or until its host says that it does not keep it any more. */
async function stillHolds(given: Given, createdMs: number, { ask, serverMs }: PlaceTools): Promise<boolean> {
  if (serverMs() - createdMs >= given.lifeMs) return false;
  return (await ask(given.host, { v: 1, do: "look", id: given.id }, ANSWER_MS))?.is !== "not_kept";
}

/** @returns whether the host says that it keeps it no more. */
async function withdraw(host: string, id: string, { ask }: PlaceTools): Promise<boolean> {
  return (await ask(host, { v: 1, do: "withdraw", id }, ANSWER_MS))?.is === "not_kept";
}

function refusalOf(host: string, answer: HostAnswer | null): HostRefusal {
  if (answer?.is !== "refused") return { host, problem: "it does not answer", freeMib: null, couldMib: null };
  const { problem, freeMib, couldMib } = answer;
  return { host, problem, freeMib, couldMib };
}
