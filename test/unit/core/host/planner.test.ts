import { describe, expect, it } from "vitest";
import type { Reading } from "../../../../src/core/backend.ts";
import { accountOf } from "../../../../src/core/host/ledger.ts";
import { boundsFor, changeRules, type HostEvent, plan } from "../../../../src/core/host/planner.ts";
import { NOTHING_RESERVED } from "../../../../src/core/host/reservation.ts";
import type { HostState } from "../../../../src/core/host/state.ts";
import type { GuestTerms } from "../../../../src/core/limits.ts";
import type { Observation } from "../../../../src/core/observation.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";
import { accountIn, hostEnv, hostOf } from "../../../support/guest-env.ts";
import { observationOf } from "../../../support/observations.ts";
import { withReserved } from "../../../support/reservations.ts";

const MIB = 256;
const mib = (count: number): number => count * BYTES_PER_MIB;

/** Guest `a` has 500 MiB of 2048, as far as its balloon counts. */
function readingOf(more: Partial<Reading> = {}, change: Partial<Observation> = {}): Reading {
  const pages = { totalramPages: 500 * MIB, balloonCurrentPages: 500 * MIB, balloonMaxPages: 2048 * MIB };
  return { observation: { ...observationOf({ guest: "a", ...pages }), ...change }, notices: [], ...more };
}

function bound(state: HostState, reading = readingOf(), memoryMib = 4096, terms: Partial<GuestTerms> = {}) {
  const host = hostEnv(memoryMib, terms);
  return boundsFor(state, reading, host.budget, host.terms, DEFAULT_TUNABLES, 0);
}

const entitledMib = (...args: Parameters<typeof bound>): number => bound(...args).bounds.entitledPages / MIB;

describe("what a guest is entitled to", () => {
  const both = hostOf(accountIn("a", 500), accountIn("b", 500));

  it("has no bound where there is enough for all", () => {
    expect(entitledMib(both)).toBe(Number.POSITIVE_INFINITY);
  });

  it("is its part where there is not, without what its balloon does not count", () => {
    expect(entitledMib(both, readingOf(), 800)).toBe(400);
    expect(entitledMib(both, readingOf({ unballoonedBytes: mib(50) }), 800)).toBe(350);
  });

  it("is less by what is reserved for others, and more by what is reserved for itself", () => {
    const short = hostOf(accountIn("a", 500, { goalBytes: mib(2000) }), accountIn("b", 500, { goalBytes: mib(2000) }));
    expect(entitledMib(withReserved(short, "1", "new", 200), readingOf(), 1000)).toBe(400);
    const own = { ...withReserved(short, "1", null, 1).reservations, ceilings: [] };
    const [one] = own.held;
    if (one === undefined) throw new Error("nothing is reserved");
    const forA = { ...short, reservations: { ...own, held: [{ ...one, guest: "a", bytes: mib(700) }] } };
    expect(entitledMib(forA, readingOf(), 1000)).toBe(600);
  });

  it("is no more than what it is to go down to for a reservation, and that binds no other", () => {
    const asked = (guest: string) => ({
      ...both,
      reservations: { ...NOTHING_RESERVED, ceilings: [{ guest, bytes: mib(300) }] },
    });
    expect(entitledMib(asked("a"))).toBe(300);
    expect(entitledMib(asked("b"))).toBe(Number.POSITIVE_INFINITY);
    expect(entitledMib(asked("a"), readingOf(), 400)).toBe(200);
  });
});

describe("a guest that is read", () => {
  it("has an account from then on, and is left alone where it is not ours to move", () => {
    const opened = (isManaged: boolean) =>
      accountOf(bound(hostOf(), readingOf(), 4096, { isManaged }).state.ledger, "a");
    expect(opened(true)).toMatchObject({ currentBytes: mib(500), maximumBytes: mib(2048), isFixed: false });
    expect(opened(false)).toMatchObject({ isFixed: true });
  });

  it("has none while nobody knows what it has, and then no floor of it is doubted", () => {
    const state = hostOf(accountIn("b", 100));
    const unread = bound(state, readingOf({ rssBytes: 5 }, { balloonCurrentPages: null }));
    expect(unread.state.ledger).toBe(state.ledger);
    expect(unread).toMatchObject({ notices: [], bounds: { maxFloorPages: Number.POSITIVE_INFINITY } });
  });

  it("may have more from then on where memory was plugged, and nothing changes where none was", () => {
    const state = hostOf(accountIn("a", 500, { unballoonedBytes: mib(50), maximumBytes: mib(2098) }));
    const maximumMib = (balloonMaxMib: number) => {
      const reading = readingOf({ unballoonedBytes: mib(50) }, { balloonMaxPages: balloonMaxMib * MIB });
      return bound(state, reading).state.ledger;
    };
    expect(accountOf(maximumMib(3000), "a")?.maximumBytes).toBe(mib(3050));
    expect(maximumMib(2048)).toBe(state.ledger);
  });

  it("is bound by a floor of its own making up to a part of its machine, as its balloon counts", () => {
    const state = hostOf(accountIn("a", 500));
    expect(bound(state).bounds.maxFloorPages).toBe((512 + 128) * MIB);
    expect(bound(state, readingOf({ unballoonedBytes: mib(0) }), 4096, { minMb: 900 }).bounds).toMatchObject({
      minPages: 900 * MIB,
      maxFloorPages: 900 * MIB,
    });
  });
});

describe("a guest whose balloon frees nothing on the host", () => {
  /** Its process holds 1900 MiB though its balloon left it 500, besides what its balloon does not count. */
  const pinned = readingOf({ rssBytes: mib(1900) });

  function looked(times: number, reading = pinned) {
    let state = hostOf(accountIn("a", 500));
    let notices = bound(state, reading).notices;
    for (let look = 0; look < times; look += 1) {
      const after = bound(state, reading);
      state = after.state;
      notices = after.notices;
    }
    return { state, notices };
  }

  it("is told once, at the tenth look in a row, with what it gave and what its process holds", () => {
    expect(looked(9).notices).toEqual([]);
    expect(looked(10).notices).toEqual([{ code: "no_effect", details: { gaveMib: 1548, rssMib: 1900 } }]);
    expect(looked(11).notices).toEqual([]);
  });

  it("keeps what it has from then on", () => {
    expect(bound(looked(8).state, pinned).bounds.minPages).toBe(64 * MIB);
    expect(bound(looked(9).state, pinned).bounds.minPages).toBe(500 * MIB);
  });

  it("is none where nobody knows what its process holds, or where that is what the balloon does not count", () => {
    expect(looked(20, readingOf()).state.ledger).toEqual(hostOf(accountIn("a", 500)).ledger);
    const state = hostOf(accountIn("a", 1500, { unballoonedBytes: mib(1000), maximumBytes: mib(3048) }));
    const counted = readingOf({ rssBytes: mib(1900), unballoonedBytes: mib(1000) });
    expect(bound(state, counted).state.ledger).toEqual(state.ledger);
  });
});

describe("what happens to a host's guests", () => {
  const account = accountIn("a", 500, { unballoonedBytes: mib(50), promisedBytes: mib(700) });
  const before = hostOf(account);
  const { budget, terms } = hostEnv(4096);
  const happened = (event: HostEvent, state = before) => plan(state, event, budget, terms, 0).state;

  it("is remembered as a promise where its balloon took a target, and is no news twice", () => {
    const told = (targetMib: number) => happened({ kind: "told", guest: "a", balloonTargetBytes: mib(targetMib) });
    expect(accountOf(told(600).ledger, "a")).toEqual({ ...account, promisedBytes: mib(650) });
    expect(told(650)).toBe(before);
    expect(happened({ kind: "told", guest: "b", balloonTargetBytes: 1 })).toBe(before);
  });

  it("is that one is held at what it has and was promised, while the operator paused it", () => {
    const held = (promisedMib: number, change: Partial<Observation> = {}) =>
      happened({ kind: "held", observation: readingOf({}, change).observation, promisedBytes: mib(promisedMib) });
    expect(accountOf(held(700).ledger, "a")).toMatchObject({
      ...{ hasBytes: mib(550), currentBytes: mib(700), promisedBytes: mib(700), isFixed: true },
    });
    expect(accountOf(held(550).ledger, "a")).toMatchObject({ currentBytes: mib(550), promisedBytes: 0 });
    expect(held(700, { balloonCurrentPages: null })).toBe(before);
    expect(held(700, { guest: "b" })).toBe(before);
  });

  it("is that one can't be read, which fixes it once", () => {
    const fixed = happened({ kind: "unreadable", guest: "a" });
    expect(accountOf(fixed.ledger, "a")).toEqual({ ...account, isFixed: true });
    expect(happened({ kind: "unreadable", guest: "a" }, fixed)).toBe(fixed);
  });

  it("is that its size was read, which counts the first time alone", () => {
    const size = { currentBytes: mib(1), maximumBytes: mib(2) };
    expect(happened({ kind: "sized", guest: "a", size })).toEqual(before);
    expect(accountOf(happened({ kind: "sized", guest: "b", size }).ledger, "b")).toMatchObject({ isFixed: true });
  });
});

describe("a guest that is given all, among many", () => {
  const { budget, terms } = hostEnv(4096, {}, 1000);
  const many = hostOf(
    ...Array.from({ length: 10 }, (_, nth) => accountIn(`g${nth}`, 300, { maximumBytes: mib(2048) })),
  );

  it("has no more of the reserve than its part where it fell silent, and all of it where it is let go", () => {
    const given = (because: "silent" | "asked") =>
      plan(many, { kind: "gives_all", guest: "g0", because }, budget, terms, 0).grant;
    // 9 others are due 309.6 MiB each, which leaves this one its 309 and four tenths of the reserve.
    expect(Math.floor((given("silent")?.bytes ?? 0) / BYTES_PER_MIB)).toBe(709);
    expect(given("asked")).toMatchObject({ bytes: mib(4096 - 2700), ofBytes: mib(2048), isAll: false });
  });

  it("leaves others their parts by weight", () => {
    const heavy = accountIn("b", 300, { weight: 2, maximumBytes: mib(4096) });
    const state = hostOf(accountIn("a", 300), heavy);
    const { grant } = plan(state, { kind: "gives_all", guest: "a", because: "silent" }, budget, terms, 0);
    // The other one is due two thirds of 3096 MiB.
    expect(grant?.bytes).toBe(mib(4096 - 2064));
  });

  it("is promised what it was promised before, or was given now, whichever is more", () => {
    const promised = (promisedMib: number) => {
      const state = hostOf(accountIn("a", 500, { promisedBytes: mib(promisedMib), unballoonedBytes: mib(40) }));
      const { state: later, grant } = plan(
        state,
        { kind: "gives_all", guest: "a", because: "asked" },
        budget,
        terms,
        0,
      );
      return [grant?.ofBytes, accountOf(later.ledger, "a")?.promisedBytes];
    };
    expect(promised(700)).toEqual([mib(2008), mib(2048)]);
    expect(promised(3000)).toEqual([mib(2008), mib(3000)]);
  });

  it("is left alone by the planner while nobody knows what it has", () => {
    const limited = hostEnv(4096, { maxMb: 700 });
    const event: HostEvent = { kind: "gives_all", guest: "new", because: "asked" };
    const { state } = plan(hostOf(), event, limited.budget, limited.terms, 0);
    expect(accountOf(state.ledger, "new")).toMatchObject({ startBytes: 0, currentBytes: mib(700), isFixed: true });
  });
});

describe("rules that change", () => {
  const entitled = { atMs: 0, bytes: new Map([["a", 1]]) };
  const state = { ...hostOf(), shortage: { ...hostOf().shortage, entitled } };

  it("forget what was computed by the old ones", () => {
    expect(changeRules(state).shortage.entitled).toBeNull();
  });

  it("say when the host takes memory, which stays where they do not", () => {
    const asNeeded = changeRules(state, "as_needed");
    expect(asNeeded.pressure.take).toBe("as_needed");
    expect(changeRules(asNeeded).pressure).toBe(asNeeded.pressure);
  });
});
