import { describe, expect, it } from "vitest";
import { reactToReservation } from "../../../../src/core/host/planner.ts";
import { keptFrom } from "../../../../src/core/host/reservation.ts";
import { ceilingsNow, isMet, roomFor, type Yield } from "../../../../src/core/host/room.ts";
import type { HostState } from "../../../../src/core/host/state.ts";
import { accountIn, hostEnv, hostOf } from "../../../support/guest-env.ts";

const mib = (count: number): number => count * 1_048_576;
const { budget } = hostEnv(2000, {}, 100);

const yields = (guest: string, change: Partial<Record<"has" | "goal" | "least" | "cost", number>> = {}): Yield => {
  const { has = 900, goal = 900, least = 300, cost = 1 } = change;
  return { guest, currentBytes: mib(has), goalBytes: mib(goal), minBytes: mib(least), cost, because: "" };
};

const reserved = (state: HostState, id: string, guest: string | null, count: number): HostState =>
  reactToReservation(state, { kind: "reserved", reservation: { id, guest, bytes: mib(count), untilMs: 1000 } });

describe("room for a reservation", () => {
  const state = hostOf(accountIn("a", 900), accountIn("b", 900));
  const room = (count: number, ...all: readonly Yield[]) =>
    roomFor(state, budget, { bytes: mib(count), guest: null }, all);

  it("is there at once where so much is free, without the reserve, and nobody goes down", () => {
    expect(room(100, yields("a"))).toEqual({ freeBytes: mib(100), couldBytes: mib(700), ceilings: [] });
  });

  it("comes first from what guests have beyond their goals, from each in proportion", () => {
    const { ceilings } = room(400, yields("a", { goal: 700 }), yields("b", { goal: 500 }));
    expect(ceilings).toEqual([
      { guest: "a", bytes: mib(800) },
      { guest: "b", bytes: mib(700) },
    ]);
  });

  it("then from the guest to whom it is worth the least, down to the least that it can be brought to", () => {
    const { ceilings } = room(1000, yields("dear", { cost: 2 }), yields("cheap", { cost: 1, least: 100 }));
    expect(ceilings).toEqual([
      { guest: "cheap", bytes: mib(100) },
      { guest: "dear", bytes: mib(800) },
    ]);
  });

  it("is not there where all of them together could not give enough", () => {
    expect(room(1301, yields("a"), yields("b"))).toMatchObject({ couldBytes: mib(1300), ceilings: null });
    expect(room(1300, yields("a"), yields("b")).ceilings).toHaveLength(2);
  });

  it("is not where another has reserved it, and is where the same guest did before", () => {
    const held = reserved(state, "1", "new", 100);
    expect(roomFor(held, budget, { bytes: mib(100), guest: null }, []).ceilings).toBeNull();
    expect(roomFor(held, budget, { bytes: mib(100), guest: "new" }, []).ceilings).toEqual([]);
    expect(keptFrom(reserved(held, "2", "new", 80).reservations, state.ledger, null)).toBe(mib(80));
  });

  it("is met in the order in which it was reserved", () => {
    const both = reserved(reserved(state, "1", null, 100), "2", null, 1);
    expect([isMet(both, "1", budget), isMet(both, "2", budget)]).toEqual([true, false]);
    expect(ceilingsNow(both, budget, [yields("a")])).toEqual([{ guest: "a", bytes: mib(899) }]);
  });

  it("is not made by a guest for which memory is reserved", () => {
    const starting = reserved(hostOf(accountIn("b", 900)), "1", "a", 1000);
    const withA = { ...starting, ledger: hostOf(accountIn("a", 500), accountIn("b", 900)).ledger };
    expect(ceilingsNow(withA, budget, [yields("a"), yields("b")]).map(({ guest }) => guest)).not.toContain("a");
  });
});
