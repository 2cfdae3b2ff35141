import { describe, expect, it } from "vitest";
import type { Reading } from "../../../../src/core/backend.ts";
import type { Decision } from "../../../../src/core/decision.ts";
import { type Account, accountAfter, openAccount, sizeOf, stillPromised } from "../../../../src/core/host/account.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { accountIn } from "../../../support/guest-env.ts";
import { observationOf } from "../../../support/observations.ts";

const PAGE_BYTES = 4096;
const before = accountIn("g", 100);
const decided = (change: Partial<Decision> = {}): Decision => ({
  ...{ t: 0, guest: "g", goalPages: 700, floorPages: 300, targetPages: 600, balloonTargetPages: 650 },
  ...{ frontswapTargetPages: null, headroomPages: null, reason: "raise", clamps: [] },
  ...change,
});
/** Its balloon counts 50 pages more than its kernel owns, of which a quarter is available. */
const readings = {
  ...{ totalramPages: 400, balloonCurrentPages: 450, balloonMaxPages: 1000, availablePages: 100 },
};

function settled(
  change: Partial<Decision> = {},
  more: Parameters<typeof observationOf>[0] = {},
  promisedBytes = 0,
  read: Partial<Reading> = {},
  known: Partial<Account> = {},
) {
  const observation = observationOf({ ...readings, ...more });
  const terms = { minMb: 0, maxMb: null, weight: 3, priority: "normal" as const, isQuiet: false, isManaged: true };
  const decidedOn = { tunables: DEFAULT_TUNABLES, terms, heldBytes: null };
  const reading = { observation, notices: [], unballoonedBytes: 7, ...read };
  return accountAfter({ ...before, promisedBytes, ...known }, decided(change), decided(change), {
    ...decidedOn,
    reading,
  });
}

describe("a guest's account", () => {
  it("is opened with what it has, all of it, and wants that", () => {
    const size = { currentBytes: 10, maximumBytes: 20, unballoonedBytes: 5 };
    expect(openAccount("g", size, { weight: 2, priority: "normal" }, true)).toMatchObject({
      ...{
        currentBytes: 15,
        startBytes: 15,
        goalBytes: 15,
        maximumBytes: 25,
        unballoonedBytes: 5,
        weight: 2,
        priority: "normal" as const,
      },
      ...{ floorBytes: 0, activeShare: 1, isFixed: true },
    });
  });

  it("is charged for a raise before it is there, and for a fall when it is", () => {
    expect(settled().currentBytes).toBe(650 * PAGE_BYTES + 7);
    expect(settled({ balloonTargetPages: 200 }).currentBytes).toBe(450 * PAGE_BYTES + 7);
  });

  it("is charged for what its balloon is on its way up to where nothing is decided, and fixed", () => {
    const held = settled({ balloonTargetPages: null }, {}, 900 * PAGE_BYTES + 7);
    expect(held).toMatchObject({ currentBytes: 900 * PAGE_BYTES + 7, isFixed: true });
    expect(settled().isFixed).toBe(false);
  });

  it("has floor and goal on the balloon's side, and what is active of it", () => {
    expect(settled()).toMatchObject({
      ...{ floorBytes: 350 * PAGE_BYTES + 7, goalBytes: 750 * PAGE_BYTES + 7, maximumBytes: before.maximumBytes },
      ...{ activeShare: 0.75, weight: 3, startBytes: before.startBytes },
    });
    expect(settled({}, { availablePages: null as unknown as number }).activeShare).toBe(1);
  });

  it("claims neither more than its machine has nor less than nothing, whatever the guest says", () => {
    const liar = settled({ goalPages: 1e9, floorPages: -1e9 });
    expect(liar).toMatchObject({ goalBytes: 1000 * PAGE_BYTES + 7, floorBytes: 7 });
  });

  it("needs what a safety of the guard asked for, though the law's goal is lower", () => {
    expect(settled({ goalPages: 10, reason: "in_use" }).goalBytes).toBe(650 * PAGE_BYTES + 7);
    expect(settled({ goalPages: 10, reason: "raise" }).goalBytes).toBe(60 * PAGE_BYTES + 7);
  });

  it("counts as in use in full while nobody can say how much of it is, nor of how much", () => {
    expect(settled({}, { totalramPages: 0, availablePages: 0 }).activeShare).toBe(1);
    expect(settled({}, { totalramPages: null as unknown as number }).activeShare).toBe(1);
  });

  it("holds of its host's memory what its process does, and no more than it has", () => {
    const resident = (rssBytes: number | null) => settled({}, {}, 0, { rssBytes }).residentBytes;
    expect(resident(100 * PAGE_BYTES)).toBe(100 * PAGE_BYTES);
    expect(resident(900 * PAGE_BYTES)).toBe(450 * PAGE_BYTES + 7);
    expect(resident(null)).toBe(450 * PAGE_BYTES + 7);
  });

  it("is charged for what its process holds where its balloon frees nothing, if that is known", () => {
    const effect = { looksWithout: 10, isMissing: true };
    const charged = (rssBytes: number | null) => settled({}, {}, 0, { rssBytes }, { effect }).currentBytes;
    expect(charged(900 * PAGE_BYTES)).toBe(900 * PAGE_BYTES);
    expect(charged(null)).toBe(650 * PAGE_BYTES + 7);
    expect(settled({}, {}, 0, { rssBytes: 900 * PAGE_BYTES }).currentBytes).toBe(650 * PAGE_BYTES + 7);
  });

  it("stays as it is where nobody knows what the guest has", () => {
    expect(settled({}, { balloonCurrentPages: null as unknown as number })).toEqual(before);
  });
});

describe("a promise", () => {
  it("is kept until the guest has what it was promised", () => {
    expect([stillPromised(7, 6), stillPromised(7, 7), stillPromised(7, 8)]).toEqual([7, 0, 0]);
  });
});

describe("the size that a reading tells", () => {
  const size = (change: object) => sizeOf({ observation: { ...observationOf(readings), ...change }, notices: [] });

  it("is what the balloon leaves now and at the most, which is never less", () => {
    expect(size({})).toEqual({
      ...{ currentBytes: 450 * PAGE_BYTES, maximumBytes: 1000 * PAGE_BYTES, unballoonedBytes: 0 },
    });
    expect(size({ balloonMaxPages: null })?.maximumBytes).toBe(450 * PAGE_BYTES);
    expect(size({ balloonMaxPages: 1 })?.maximumBytes).toBe(450 * PAGE_BYTES);
  });

  it("is unknown where the balloon says nothing", () => {
    expect(size({ balloonCurrentPages: null })).toBeNull();
  });
});
