import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/core/decision.ts";
import { accountOf } from "../../../src/core/host/ledger.ts";
import type { Planned } from "../../../src/core/host/planned.ts";
import { type HostEvent, plan, removeGuest } from "../../../src/core/host/planner.ts";
import { INITIAL_HOST_STATE } from "../../../src/core/host/state.ts";
import type { Reason } from "../../../src/core/reasons.ts";
import { DEFAULT_TUNABLES } from "../../../src/core/tunables.ts";
import { observationOf } from "../../support/observations.ts";

const GUESTS = ["a", "b", "c", "d"] as const;
const PAGE_BYTES = 4096;
const MAXIMUM_PAGES = 262_144;
const START_PAGES = 65_536;

const reasons: readonly Reason[] = ["lower", "raise", "in_use", "emergency", "hot_cache", "off"];

const happening = fc.record({
  guest: fc.constantFrom(...GUESTS),
  kind: fc.constantFrom<"wants" | "unreadable" | "removed">("wants", "wants", "wants", "unreadable", "removed"),
  targetPages: fc.integer({ min: 1, max: MAXIMUM_PAGES }),
  availablePages: fc.option(fc.nat(MAXIMUM_PAGES)),
  reason: fc.constantFrom(...reasons),
  /** A balloon that takes its time on its way down. */
  isSlow: fc.boolean(),
  laterMs: fc.nat(6000),
  minMb: fc.constantFrom(0, 300),
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
  reason,
  clamps: [],
});

/** A host whose guests' balloons go up at once; it checks after every event that nobody was promised what is not there. */
class PlannedHost {
  private readonly terms = { minMb: 0, maxMb: null, weight: 1, isManaged: true };
  private readonly has = new Map<string, number>();
  private readonly memoryPages: number;
  private readonly reservePages: number;
  private state = INITIAL_HOST_STATE;
  private nowMs = 0;

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
    if (currentPages === undefined) return;
    this.nowMs += laterMs;
    if (kind === "wants") this.want(event, currentPages);
    else if (kind === "unreadable") this.react({ kind, guest });
    else this.remove(guest);
    expect(this.sumPages).toBeLessThanOrEqual(this.memoryPages);
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

  private react(event: HostEvent, minMb = 0): Planned {
    const budget = { memoryBytes: this.memoryPages * PAGE_BYTES, reserveBytes: this.reservePages * PAGE_BYTES };
    const planned = plan(this.state, event, budget, { ...this.terms, minMb }, this.nowMs);
    this.state = planned.state;
    return planned;
  }

  private remove(guest: string): void {
    this.state = removeGuest(this.state, guest);
    this.has.delete(guest);
  }

  private get sumPages(): number {
    return [...this.has.values()].reduce((sum, pages) => sum + pages, 0);
  }
}

describe("the planner of a host", () => {
  it("never grants more than the host has, nor of its reserve but in an emergency, in whatever order things happen", () => {
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
