import { describe, expect, it } from "vitest";
import { plan, removeGuest } from "../../../../src/core/host/planner.ts";
import {
  besides,
  budgetFor,
  follow,
  keptBytes,
  keptFrom,
  NOTHING_RESERVED,
  type Reservation,
  type Reservations,
  withoutPredecessor,
  withoutTaken,
} from "../../../../src/core/host/reservation.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";
import { accountIn, hostEnv, hostOf } from "../../../support/guest-env.ts";

const mib = (count: number): number => count * BYTES_PER_MIB;
/** Guest `web` has 300 MiB of the 2048 that its machine may have. */
const { ledger } = hostOf(accountIn("web", 300), accountIn("db", 1000));

function reservation(id: string, guest: string | null, count: number, isPreceded = false): Reservation {
  return { id, guest, bytes: mib(count), untilMs: 60_000, isPreceded };
}

const holding = (...held: readonly Reservation[]): Reservations => ({ held, ceilings: [] });
const idsOf = ({ held }: Reservations): readonly string[] => held.map(({ id }) => id);

describe("what a host keeps free", () => {
  it("is all of it until its guest comes, then what that has not taken yet", () => {
    expect(keptBytes(reservation("1", "new", 500), ledger)).toBe(mib(500));
    expect(keptBytes(reservation("1", "web", 500), ledger)).toBe(mib(200));
    expect(keptBytes(reservation("1", "web", 200), ledger)).toBe(0);
    expect(keptBytes(reservation("1", null, 500), ledger)).toBe(mib(500));
  });

  it("is all of it while a guest of that name that was there before it still is", () => {
    expect(keptBytes(reservation("1", "web", 500, true), ledger)).toBe(mib(500));
  });

  it("is kept from everybody but the guest that it is for", () => {
    const all = holding(reservation("1", "web", 500), reservation("2", null, 100), reservation("3", "new", 50));
    expect(keptFrom(all, ledger, null)).toBe(mib(200 + 100 + 50));
    expect(keptFrom(all, ledger, "web")).toBe(mib(150));
    expect(keptFrom(all, ledger, "db")).toBe(mib(350));
  });

  it("is kept from a guest of that name that was there before it, too", () => {
    expect(keptFrom(holding(reservation("1", "web", 500, true)), ledger, "web")).toBe(mib(500));
  });

  it("is missing in the budget of all others", () => {
    const { budget } = hostEnv(4096, {}, 128);
    const all = holding(reservation("1", "new", 500));
    expect(budgetFor(budget, all, ledger, "db")).toEqual({ ...budget, memoryBytes: mib(4096 - 500) });
    expect(budgetFor(budget, all, ledger, "new")).toBe(budget);
  });
});

describe("a reservation that is made", () => {
  const made = (before: Reservations, id: string, guest: string | null) =>
    follow(before, { kind: "reserved", reservation: { id, guest, bytes: mib(100), untilMs: 60_000 } }, ledger);

  it("is preceded by a guest of its name that is there, and by no other", () => {
    expect(made(NOTHING_RESERVED, "1", "web").held).toEqual([reservation("1", "web", 100, true)]);
    expect(made(NOTHING_RESERVED, "1", "new").held).toEqual([reservation("1", "new", 100)]);
    expect(made(NOTHING_RESERVED, "1", null).held).toEqual([reservation("1", null, 100)]);
  });

  it("takes the place of another for the same guest, but not of one for nobody in particular", () => {
    const before = holding(reservation("1", "new", 50), reservation("2", null, 50), reservation("3", "db", 50));
    expect(idsOf(made(before, "4", "new"))).toEqual(["2", "3", "4"]);
    expect(idsOf(made(before, "4", null))).toEqual(["1", "2", "3", "4"]);
    expect(besides(before, "new").map(({ id }) => id)).toEqual(["2", "3"]);
  });
});

describe("guests that are to go down for it", () => {
  const ceilings = [{ guest: "db", bytes: mib(700) }];
  const one = holding(reservation("1", "new", 500));

  it("are remembered as long as anything is reserved", () => {
    const asked = follow(one, { kind: "asked", ceilings }, ledger);
    expect(asked).toEqual({ ...one, ceilings });
    expect(follow(NOTHING_RESERVED, { kind: "asked", ceilings }, ledger)).toBe(NOTHING_RESERVED);
  });

  it("need not go down any more once the last one has ended", () => {
    const two = { held: [...one.held, reservation("2", null, 10)], ceilings };
    const withdrawn = (before: Reservations, id: string) =>
      follow(before, { kind: "ended", id, because: "withdrawn" }, ledger);
    expect(withdrawn(two, "2")).toEqual({ ...one, ceilings });
    expect(withdrawn({ ...one, ceilings }, "1")).toBe(NOTHING_RESERVED);
    expect(withdrawn(two, "3")).toEqual(two);
  });
});

describe("a reservation whose guest has come", () => {
  it("ends when the guest has taken it, or all that its machine may have", () => {
    const taken = (count: number, maximumMib = 2048) => {
      const host = hostOf(accountIn("web", 300, { maximumBytes: mib(maximumMib) }));
      return idsOf(withoutTaken(holding(reservation("1", "web", count), reservation("2", null, 1)), host.ledger));
    };
    expect(taken(301)).toEqual(["1", "2"]);
    expect(taken(300)).toEqual(["2"]);
    expect(taken(500, 300)).toEqual(["2"]);
  });

  it("stays as it is where nobody has come: nothing of it is news", () => {
    const all = holding(reservation("1", "new", 10), reservation("2", null, 10), reservation("3", "web", 10, true));
    expect(withoutTaken(all, ledger)).toBe(all);
    expect(withoutTaken(NOTHING_RESERVED, ledger)).toBe(NOTHING_RESERVED);
  });

  it("ends by the host's own looking, once its guest was read", () => {
    const state = { ...hostOf(), reservations: holding(reservation("1", "web", 300)) };
    const size = { currentBytes: mib(300), maximumBytes: mib(2048) };
    const { budget, terms } = hostEnv(4096);
    const { reservations } = plan(state, { kind: "sized", guest: "web", size }, budget, terms, 0).state;
    expect(reservations).toBe(NOTHING_RESERVED);
  });
});

describe("a guest that was there before a reservation of its name", () => {
  it("has gone: the next one of its name is the one that was meant", () => {
    const other = reservation("2", "db", 200, true);
    const before = holding(reservation("1", "web", 500, true), other, reservation("3", null, 5));
    const after = withoutPredecessor(before, "web");
    expect(after.held).toEqual([reservation("1", "web", 500), other, reservation("3", null, 5)]);
    const state = { ...hostOf(accountIn("web", 300)), reservations: before };
    expect(removeGuest(state, "web").reservations).toEqual(after);
  });

  it("was not waited for: nothing is news", () => {
    const before = holding(reservation("1", "web", 500), reservation("2", "db", 200, true));
    expect(withoutPredecessor(before, "web")).toBe(before);
    expect(withoutPredecessor(before, "new")).toBe(before);
  });
});
