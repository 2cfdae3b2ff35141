import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/core/decision.ts";
import { accountOf } from "../../../src/core/host/ledger.ts";
import type { Planned } from "../../../src/core/host/planned.ts";
import { type HostEvent, plan, reactToReservation, removeGuest } from "../../../src/core/host/planner.ts";
import { keptFrom } from "../../../src/core/host/reservation.ts";
import { roomFor } from "../../../src/core/host/room.ts";
import { INITIAL_HOST_STATE } from "../../../src/core/host/state.ts";
import type { Reason } from "../../../src/core/reasons.ts";
import { DEFAULT_TUNABLES } from "../../../src/core/tunables.ts";
import { observationOf } from "../../support/observations.ts";

const GUESTS = ["a", "b", "c", "d"] as const;
const PAGE_BYTES = 4096;
const MAXIMUM_PAGES = 262_144;
const START_PAGES = 65_536;

const reasons: readonly Reason[] = ["lower", "raise", "in_use", "emergency", "hot_cache", "off"];

const KINDS = [
  ...(["wants", "wants", "wants", "wants", "unreadable", "removed", "found", "gives_all"] as const),
  ...(["reserved", "reserved", "ended"] as const),
];

const happening = fc.record({
  guest: fc.constantFrom(...GUESTS),
  kind: fc.constantFrom(...KINDS),
  targetPages: fc.integer({ min: 1, max: MAXIMUM_PAGES }),
  availablePages: fc.option(fc.nat(MAXIMUM_PAGES)),
  reason: fc.constantFrom(...reasons),
  /** A balloon that takes its time on its way down. */
  isSlow: fc.boolean(),
  laterMs: fc.nat(6000),
  minMb: fc.constantFrom(0, 300),
  /** Who it is reserved for, and how much. */
  reservedFor: fc.constantFrom(...GUESTS, null),
  reservedPages: fc.nat(MAXIMUM_PAGES),
});
type Happening = typeof happening extends fc.Arbitrary<infer One> ? One : never;

const wanting = (guest: string, reason: Reason, targetPages: number): Decision => ({
  t: 0,
  guest,
  goalPages: targetPages,
  floorPages: 1,
  targetPages: reason === "off" ? null : targetPages,
  balloonTargetPages: reason === "off" ? null : targetPages,
  frontswapTargetPages: null,
  headroomPages: null,
  reason,
  clamps: [],
});

/** A host whose guests' balloons go up at once; it checks after every event that nobody was promised what is not there. */
class PlannedHost {
  private readonly terms = {
    minMb: 0,
    maxMb: null,
    weight: 1,
    priority: "normal" as const,
    isQuiet: false,
    isManaged: true,
  };
  private readonly has = new Map<string, number>();
  private readonly memoryPages: number;
  private readonly reservePages: number;
  private state = INITIAL_HOST_STATE;
  private nowMs = 0;
  private count = 0;

  constructor(memoryPages: number, reservePages: number) {
    this.memoryPages = memoryPages;
    this.reservePages = reservePages;
    const size = { currentBytes: START_PAGES * PAGE_BYTES, maximumBytes: MAXIMUM_PAGES * PAGE_BYTES };
    for (const guest of GUESTS) {
      this.react({ kind: "sized", guest, size });
      this.has.set(guest, START_PAGES);
    }
  }

  happen(event: Happening): void {
    const { guest, kind, laterMs } = event;
    const currentPages = this.has.get(guest);
    this.nowMs += laterMs;
    if (kind === "reserved") this.reserve(event);
    else if (kind === "ended") this.endFirst();
    else if (currentPages === undefined) this.find(event);
    else if (kind === "wants") this.want(event, currentPages);
    else if (kind === "unreadable") this.react({ kind, guest });
    else if (kind === "gives_all") this.giveAll(guest, currentPages);
    else if (kind === "removed") this.remove(guest);
    expect(this.sumPages).toBeLessThanOrEqual(this.memoryPages);
    expect(this.sumPages + this.keptPages).toBeLessThanOrEqual(this.memoryPages);
    for (const [name, pages] of this.has)
      expect(accountOf(this.state.ledger, name)?.currentBytes).toBeGreaterThanOrEqual(pages * PAGE_BYTES);
  }

  private want(event: Happening, currentPages: number): void {
    const { guest, reason, targetPages, availablePages, isSlow, minMb } = event;
    const observation = observationOf({
      ...{ guest, balloonCurrentPages: currentPages, totalramPages: currentPages },
      ...{ balloonMaxPages: MAXIMUM_PAGES, availablePages },
    });
    const before = this.sumPages;
    const wanted = wanting(guest, reason, targetPages);
    const reading = { observation, notices: [] };
    const { decision } = this.react({ kind: "wants", wanted, reading, tunables: DEFAULT_TUNABLES }, minMb);
    const grantedPages = decision?.balloonTargetPages ?? currentPages;
    this.has.set(guest, isSlow ? Math.max(currentPages, grantedPages) : grantedPages);
    const usablePages = this.memoryPages - (reason === "emergency" ? 0 : this.reservePages);
    expect(this.sumPages).toBeLessThanOrEqual(Math.max(before, usablePages));
  }

  /** As the daemon does: only what is free, or what guests say that they can give. */
  private reserve({ reservedFor: guest, reservedPages }: Happening): void {
    const bytes = Math.max(1, reservedPages) * PAGE_BYTES;
    const { ceilings } = roomFor(this.state, this.budget, { bytes, guest }, []);
    if (ceilings === null) return;
    this.count += 1;
    const reservation = { id: String(this.count), guest, bytes, untilMs: this.nowMs + 60_000 };
    this.state = reactToReservation(this.state, { kind: "reserved", reservation });
  }

  private endFirst(): void {
    const [first] = this.state.reservations.held;
    if (first === undefined) return;
    this.state = reactToReservation(this.state, { kind: "ended", id: first.id, because: "expired" });
  }

  /** It starts with what is reserved for it; without a reservation nobody starts it. */
  private find({ guest }: Happening): void {
    const reserved = this.state.reservations.held.find((one) => one.guest === guest && !one.isPreceded);
    if (reserved === undefined) return;
    const pages = reserved.bytes / PAGE_BYTES;
    const size = { currentBytes: reserved.bytes, maximumBytes: MAXIMUM_PAGES * PAGE_BYTES };
    this.has.set(guest, pages);
    this.react({ kind: "sized", guest, size });
    expect(this.state.reservations.held).not.toContainEqual(reserved);
  }

  private giveAll(guest: string, currentPages: number): void {
    const { grant } = this.react({ kind: "gives_all", guest, because: "silent" });
    this.has.set(guest, Math.max(currentPages, Math.floor((grant?.bytes ?? 0) / PAGE_BYTES)));
  }

  private react(event: HostEvent, minMb = 0): Planned {
    const planned = plan(this.state, event, this.budget, { ...this.terms, minMb }, this.nowMs);
    this.state = planned.state;
    return planned;
  }

  private remove(guest: string): void {
    this.state = removeGuest(this.state, guest);
    this.has.delete(guest);
  }

  private get budget() {
    return { memoryBytes: this.memoryPages * PAGE_BYTES, reserveBytes: this.reservePages * PAGE_BYTES };
  }

  /** What is kept free for guests to come. */
  private get keptPages(): number {
    return keptFrom(this.state.reservations, this.state.ledger, null) / PAGE_BYTES;
  }

  private get sumPages(): number {
    return [...this.has.values()].reduce((sum, pages) => sum + pages, 0);
  }
}

describe("the planner of a host", () => {
  it("never grants more than the host has, what is reserved included, nor of its reserve but in an emergency, in whatever order things happen", () => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 60 }),
        fc.nat(500_000),
        fc.nat(60_000),
        (all, morePages, reserve) => {
          const host = new PlannedHost(GUESTS.length * START_PAGES + morePages, reserve);
          for (const event of all) host.happen(event);
        },
      ),
    );
  });
});
