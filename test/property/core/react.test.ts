import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Effect } from "../../../src/core/guest/effects.ts";
import { CAUSES, GIVE_CAUSES, type GiveCause, type GuestEnv, type GuestEvent } from "../../../src/core/guest/events.ts";
import { type ControllerState, foundState } from "../../../src/core/guest/state.ts";
import type { Account } from "../../../src/core/host/account.ts";
import type { HostSight } from "../../../src/core/host/host-reading.ts";
import { accountOf } from "../../../src/core/host/ledger.ts";
import { lookAtHost } from "../../../src/core/host/look.ts";
import { changeRules, reactToReservation, removeGuest } from "../../../src/core/host/planner.ts";
import { TAKE_NAMES, type Take } from "../../../src/core/host/pressure.ts";
import { keptFrom, type ReservationEvent } from "../../../src/core/host/reservation.ts";
import type { HostState } from "../../../src/core/host/state.ts";
import { react } from "../../../src/core/react.ts";
import { hostSnapshot, hostStateOf, type Snapshot } from "../../../src/core/snapshot.ts";
import { DEFAULT_TUNABLES, type TunableName, type Tunables } from "../../../src/core/tunables.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { Mind } from "../../../src/daemon/mind.ts";
import { hostEnv } from "../../support/guest-env.ts";
import { observationOf } from "../../support/observations.ts";

const GUESTS = ["a", "b", "c"] as const;
const PAGE_BYTES = 4096;
const MIB = 256;
const MAXIMUM_PAGES = 1024 * MIB;
const START_PAGES = 512 * MIB;
const START_MEMORY_MIB = 2000;
const RESERVE_MIB = 200;
const HOST_BYTES = 4096 * MIB * PAGE_BYTES;

const KINDS = [
  ...["observed", "observed", "observed", "sampled", "settled", "unreadable", "asked_all", "rose", "written"],
  ...["started", "sized", "gave", "ended", "removed", "found", "rules", "pause", "dry_run_off", "host", "host"],
  ...["reserved", "reserved", "asked", "reservation_ended"],
] as const;

const action = fc.record({
  kind: fc.constantFrom(...KINDS),
  guest: fc.constantFrom(...GUESTS),
  laterMs: fc.oneof(fc.nat(2000), fc.nat(20_000)),
  cause: fc.constantFrom(...CAUSES),
  because: fc.constantFrom(...(Object.keys(GIVE_CAUSES) as GiveCause[])),
  state: fc.constantFrom(null, null, "paused", "migrating", "restarting"),
  /** What becomes of a target: the balloon takes it at once, is on its way until the next reading, or never hears of it. */
  outcome: fc.constantFrom("taken", "taken", "slow", "lost"),
  committedPages: fc.nat(MAXIMUM_PAGES),
  available: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 6 }),
  frontswapPages: fc.option(fc.nat(20_000)),
  lacks: fc.constantFrom<"nothing" | "committedPages">("nothing", "nothing", "nothing", "committedPages"),
  memoryMib: fc.integer({ min: 800, max: 3000 }),
  take: fc.constantFrom(...TAKE_NAMES),
  hostAvailable: fc.option(fc.double({ min: 0, max: 0.3, noNaN: true }), { freq: 6 }),
  fullShare: fc.constantFrom(null, 0, 0.2),
  maxMb: fc.constantFrom(null, null, 700),
  reservedMib: fc.integer({ min: 1, max: 1200 }),
  reservedFor: fc.constantFrom(...GUESTS, null),
  isOn: fc.boolean(),
  isReleased: fc.constantFrom(false, false, false, true),
  tunable: fc.constantFrom<readonly [TunableName, number]>(
    ["guard", 0],
    ["guard", 1],
    ["selfballooning", 0],
    ["selfballooning", 1],
    ["frontswap_inertia", 5],
    ["guard_headroom_mb", 100],
  ),
});
type Action = typeof action extends fc.Arbitrary<infer One> ? One : never;

/** What was handed to the core. */
type Handed =
  | { readonly kind: "take"; readonly guest: string; readonly event: GuestEvent; readonly env: GuestEnv; nowMs: number }
  | { readonly kind: "reservation"; readonly guest: string; readonly event: ReservationEvent; readonly nowMs: number }
  | { readonly kind: "found" | "removed"; readonly guest: string; readonly nowMs: number }
  | { readonly kind: "rules"; readonly guest: string; readonly take: Take; readonly nowMs: number }
  | { readonly kind: "host"; readonly guest: string; readonly sight: HostSight; readonly nowMs: number };

/** Three guests on a host, whose balloons do what they are told, and who hand the daemon's mind what happens. */
class World {
  readonly handed: Handed[] = [];
  readonly answers: (readonly Effect[])[] = [];
  private nowMs = 0;
  private readonly mind = new Mind("driver", true, () => this.nowMs);
  private readonly hasPages = new Map<string, number>();
  private readonly targetPages = new Map<string, number>();
  private readonly paused = new Set<string>();
  private tunables: Tunables = DEFAULT_TUNABLES;
  private memoryMib = START_MEMORY_MIB;
  private reserved = 0;
  private isDryRun: boolean;

  constructor(isDryRun: boolean) {
    this.isDryRun = isDryRun;
    for (const guest of GUESTS) this.find(guest);
  }

  happen(action: Action): void {
    const { kind, guest } = action;
    this.nowMs += action.laterMs;
    if (kind === "dry_run_off") this.isDryRun = false;
    else if (kind === "rules") this.changeRules(action.memoryMib, action.take);
    else if (kind === "host") this.lookAtHost(action);
    else if (kind === "found") this.find(guest);
    else if (kind === "removed") this.remove(guest);
    else if (kind === "pause") this.pause(guest, action.isOn);
    else if (kind === "reserved" || kind === "asked" || kind === "reservation_ended") this.reserve(action);
    else if (this.hasPages.has(guest)) this.take(action, this.eventOf(action));
  }

  /** All that is remembered, after a trip through JSON; what it was made of can't be changed any more. */
  snapshot(): Snapshot {
    const snapshot = deepFrozen(this.mind.snapshot(hostEnv(this.memoryMib, {}, RESERVE_MIB).budget));
    return JSON.parse(JSON.stringify({ ...snapshot, seq: 0, isDryRun: this.isDryRun, hasCompressedSwap: true }));
  }

  private find(guest: string): void {
    if (this.hasPages.has(guest)) return;
    this.hasPages.set(guest, START_PAGES);
    this.note({ kind: "found", guest, nowMs: this.nowMs });
    this.mind.find(guest);
  }

  private remove(guest: string): void {
    if (!this.hasPages.delete(guest)) return;
    this.targetPages.delete(guest);
    this.note({ kind: "removed", guest, nowMs: this.nowMs });
    this.mind.remove(guest);
  }

  private changeRules(memoryMib: number, take: Take): void {
    this.memoryMib = memoryMib;
    this.note({ kind: "rules", guest: "", take, nowMs: this.nowMs });
    this.mind.changeRules(take);
  }

  private lookAtHost({ hostAvailable, fullShare }: Action): void {
    const totalBytes = HOST_BYTES;
    const availableBytes = hostAvailable === null ? null : Math.floor(totalBytes * hostAvailable);
    const sight = {
      totalBytes,
      availableBytes,
      fullShare,
      someShare: fullShare,
      swapOutBytesPerS: null,
      swappedBytes: 0,
    };
    this.note({ kind: "host", guest: "", sight, nowMs: this.nowMs });
    this.mind.look(sight);
  }

  private reserve({ kind, guest, reservedMib, reservedFor }: Action): void {
    const bytes = reservedMib * BYTES_PER_MIB;
    this.reserved += kind === "reserved" ? 1 : 0;
    const id = String(this.reserved);
    const event: ReservationEvent =
      kind === "reserved"
        ? { kind, reservation: { id, guest: reservedFor, bytes, untilMs: this.nowMs } }
        : kind === "asked"
          ? { kind, ceilings: [{ guest, bytes }] }
          : { kind: "ended", id, because: "expired" };
    this.note({ kind: "reservation", guest: "", event: deepFrozen(event), nowMs: this.nowMs });
    this.mind.takeReservation(event);
  }

  private pause(guest: string, isOn: boolean): void {
    if (isOn) this.paused.add(guest);
    else this.paused.delete(guest);
  }

  private eventOf(action: Action): GuestEvent {
    const { because, state, cause, isOn, tunable } = action;
    switch (action.kind) {
      case "observed":
        return { kind: "observed", reading: { observation: this.observe(action), notices: [] }, cause, isAgain: isOn };
      case "sampled": {
        const { availablePages, totalramPages } = this.observe(action);
        return { kind: "sampled", sample: { availablePages, totalramPages } };
      }
      case "unreadable":
        return { kind: "unreadable", state };
      case "asked_all":
        return { kind: "asked_all", because };
      case "rose":
        return { kind: "rose", risePages: action.committedPages, answerMs: 100 + (action.laterMs % 5) * 50 };
      case "written": {
        const before = this.tunables;
        this.tunables = { ...before, [tunable[0]]: tunable[1] };
        return { kind: "written", name: tunable[0], before };
      }
      case "started":
        return { kind: "started", laterMs: action.laterMs };
      case "sized":
        return { kind: "sized", size: this.sizeOf(action.guest) };
      case "gave":
        return { kind: "gave", isAll: isOn };
      case "ended":
        return { kind: "ended" };
      case "settled":
      case "removed":
      case "found":
      case "rules":
      case "host":
      case "pause":
      case "dry_run_off":
      case "reserved":
      case "asked":
      case "reservation_ended":
        return { kind: "settled" };
    }
  }

  private sizeOf(guest: string) {
    const currentPages = this.hasPages.get(guest) ?? 0;
    return { currentBytes: currentPages * PAGE_BYTES, maximumBytes: MAXIMUM_PAGES * PAGE_BYTES };
  }

  private observe({ guest, committedPages, available, frontswapPages, lacks }: Action) {
    this.hasPages.set(guest, this.targetPages.get(guest) ?? this.hasPages.get(guest) ?? 0);
    const currentPages = this.hasPages.get(guest) ?? 0;
    const observation = observationOf({
      ...{ guest, totalramPages: currentPages, balloonCurrentPages: currentPages, balloonMaxPages: MAXIMUM_PAGES },
      ...{ committedPages, frontswapPages },
      availablePages: available === null ? null : Math.floor(available * currentPages),
    });
    return lacks === "nothing" ? observation : { ...observation, [lacks]: null };
  }

  private take(action: Action, event: GuestEvent): void {
    const { guest, outcome } = action;
    const effects = this.hand(action, event);
    const [effect] = effects;
    if (effect?.kind === "give_all") this.targetPages.set(guest, Math.floor((effect.bytes ?? 0) / PAGE_BYTES));
    if (effect?.kind !== "decided" || effect.target === null || outcome === "lost") return;
    const { balloonTargetPages } = effect.target;
    this.targetPages.set(guest, balloonTargetPages);
    if (outcome === "taken") this.hasPages.set(guest, balloonTargetPages);
    this.hand(action, { kind: "applied", balloonTargetPages, pageBytes: PAGE_BYTES });
  }

  private hand({ guest, maxMb, isReleased }: Action, event: GuestEvent): readonly Effect[] {
    const { tunables, isDryRun, nowMs } = this;
    const isPaused = this.paused.has(guest);
    const host = hostEnv(this.memoryMib, { maxMb }, RESERVE_MIB);
    const env = deepFrozen({ tunables, isDryRun, isPaused, isReleased, hasCompressedSwap: true, host });
    this.snapshot();
    this.note({ kind: "take", guest, event: deepFrozen(event), env, nowMs });
    const { effects } = this.mind.take(guest, event, env);
    this.answers[this.answers.length - 1] = deepFrozen(effects);
    return effects;
  }

  private note(handed: Handed): void {
    this.handed.push(handed);
    this.answers.push([]);
  }
}

/** Another that remembers, begun from what the first one remembered at some moment. */
class Other {
  private readonly guests: Map<string, ControllerState>;
  private host: HostState;

  constructor({ guests, host }: Snapshot) {
    if (host === null) throw new Error("the host is not in the snapshot");
    this.guests = new Map(guests.map(({ guest, state }) => [guest, deepFrozen(state)]));
    this.host = deepFrozen(hostStateOf(host));
  }

  take(handed: Handed): readonly Effect[] {
    const { guest, nowMs } = handed;
    if (handed.kind === "take") return this.react(guest, handed.event, handed.env, nowMs);
    if (handed.kind === "reservation") this.host = deepFrozen(reactToReservation(this.host, handed.event));
    if (handed.kind === "rules") this.host = deepFrozen(changeRules(this.host, handed.take));
    if (handed.kind === "host") this.host = deepFrozen(lookAtHost(this.host, handed.sight, nowMs).state);
    if (handed.kind === "found") this.guests.set(guest, deepFrozen(foundState("driver", nowMs)));
    if (handed.kind === "removed") {
      this.guests.delete(guest);
      this.host = deepFrozen(removeGuest(this.host, guest));
    }
    return [];
  }

  /** What it remembers, as the first one tells it. */
  remembered(budget: NonNullable<Snapshot["host"]>["budget"]): unknown {
    const guests = [...this.guests].map(([guest, state]) => ({ guest, state }));
    return JSON.parse(JSON.stringify({ guests, host: hostSnapshot(this.host, budget) }));
  }

  private react(guest: string, event: GuestEvent, env: GuestEnv, nowMs: number): readonly Effect[] {
    const before = { guest: this.guests.get(guest) ?? foundState("driver", nowMs), host: this.host };
    const { effects, ...after } = react(before, guest, event, env, nowMs);
    if (after.host === null) throw new Error("the host was forgotten");
    expectPromisesKept(before.host, after.host, guest, effects, env);
    this.guests.set(guest, deepFrozen(after.guest));
    this.host = deepFrozen(after.host);
    return effects;
  }
}

/** Nothing is promised that is not there, what is reserved included, but for a guest that takes it by itself or that gets back what it came with. */
function expectPromisesKept(
  before: HostState,
  after: HostState,
  guest: string,
  effects: readonly Effect[],
  { host }: GuestEnv,
): void {
  const [had, has] = [accountOf(before.ledger, guest), accountOf(after.ledger, guest)];
  expectGiftCharged(had, has, effects, host);
  // Until now nobody knew what it has.
  if (had === null || has === null) return;
  const gift = effects.find((effect) => effect.kind === "give_all");
  if (gift?.because === "restarting") return;
  const isLetGo = gift?.because === "asked" || gift?.because === "unmanaged";
  if (isLetGo && has.currentBytes <= Math.max(had.currentBytes, has.startBytes)) return;
  const countedIn = ({ ledger, reservations }: HostState): number =>
    ledger.chargedBytes + keptFrom(reservations, ledger, null);
  const limitBytes = Math.max(countedIn(before), host?.budget.memoryBytes ?? 0);
  expect(countedIn(after)).toBeLessThanOrEqual(limitBytes);
}

/** What is given is charged, and within what the operator allows; who has more than that keeps it, and gets no more. */
function expectGiftCharged(
  had: Account | null,
  has: Account | null,
  effects: readonly Effect[],
  host: GuestEnv["host"],
): void {
  const gift = effects.find((effect) => effect.kind === "give_all");
  if (gift === undefined) return;
  const maxMb = host?.terms.maxMb ?? null;
  if (gift.bytes === null) {
    expect({ had, maxMb, because: gift.because }).toEqual({
      had: null,
      maxMb: null,
      because: expect.stringMatching(/^(asked|unmanaged)$/),
    });
    return;
  }
  expect(has?.currentBytes).toBeGreaterThanOrEqual(gift.bytes);
  const limitBytes = maxMb === null ? MAXIMUM_PAGES * PAGE_BYTES : maxMb * MIB * PAGE_BYTES;
  expect(gift.bytes).toBeLessThanOrEqual(Math.max(limitBytes, had?.currentBytes ?? 0));
}

const frozen = new WeakSet<object>();

/** The value, of which nothing can be changed any more: whoever tries throws. */
function deepFrozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || frozen.has(value)) return value;
  frozen.add(value);
  if (value instanceof Map) {
    for (const one of value.values()) deepFrozen(one);
    const refuse = (): never => {
      throw new TypeError("what is remembered was changed");
    };
    Object.assign(value, { set: refuse, delete: refuse, clear: refuse });
  }
  for (const one of Object.values(value)) deepFrozen(one);
  return Object.freeze(value);
}

describe("the core, whatever happens to three guests of a host", () => {
  it("answers as before when what happened is played again from a snapshot, changes no state, and keeps to the budget", () => {
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 80, size: "max" }),
        fc.nat(80),
        fc.boolean(),
        (actions, at, isDryRun) => {
          const world = new World(isDryRun);
          for (const one of actions.slice(0, at)) world.happen(one);
          const snapshot = world.snapshot();
          const first = world.handed.length;
          for (const one of actions.slice(at)) world.happen(one);
          const other = new Other(snapshot);
          const again = world.handed.slice(first).map((handed) => other.take(handed));
          expect(again).toEqual(world.answers.slice(first));
          const { guests, host } = world.snapshot();
          if (host === null) throw new Error("the host is not in the snapshot");
          expect(other.remembered(host.budget)).toEqual({ guests, host });
        },
      ),
    );
  });
});
