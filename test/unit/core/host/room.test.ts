import { describe, expect, it } from "vitest";
import { keptFrom } from "../../../../src/core/host/reservation.ts";
import { ceilingsNow, isMet, roomFor, type Yield } from "../../../../src/core/host/room.ts";
import { accountIn, hostEnv, hostOf } from "../../../support/guest-env.ts";
import { withReserved, yieldOf } from "../../../support/reservations.ts";

const mib = (count: number): number => count * 1_048_576;
const { budget } = hostEnv(2000, {}, 100);

describe("room for a reservation", () => {
  const state = hostOf(accountIn("a", 900), accountIn("b", 900));
  const room = (count: number, ...all: readonly Yield[]) =>
    roomFor(state, budget, { bytes: mib(count), guest: null }, all);

  it("is there at once where so much is free, without the reserve, and nobody goes down", () => {
    expect(room(100, yieldOf("a"))).toEqual({ freeBytes: mib(100), couldBytes: mib(700), ceilings: [] });
  });

  it("comes first from what guests have beyond their goals, from each in proportion", () => {
    const { ceilings } = room(400, yieldOf("a", { goal: 700 }), yieldOf("b", { goal: 500 }));
    expect(ceilings).toEqual([
      { guest: "a", bytes: mib(800) },
      { guest: "b", bytes: mib(700) },
    ]);
  });

  it("then from the guest to whom it is worth the least, down to the least that it can be brought to", () => {
    const { ceilings } = room(1000, yieldOf("dear", { cost: 2 }), yieldOf("cheap", { cost: 1, min: 100 }));
    expect(ceilings).toEqual([
      { guest: "cheap", bytes: mib(100) },
      { guest: "dear", bytes: mib(800) },
    ]);
  });

  it("from no guest of a higher priority while one of a lower can give, whatever it costs", () => {
    const low = yieldOf("low", { cost: 9, priority: "best_effort" });
    const high = yieldOf("high", { cost: 1, goal: 400, priority: "protected" });
    expect(room(600, high, yieldOf("mid"), low).ceilings).toEqual([{ guest: "low", bytes: mib(400) }]);
    expect(room(800, high, yieldOf("mid"), low).ceilings).toEqual([
      { guest: "low", bytes: mib(300) },
      { guest: "mid", bytes: mib(800) },
    ]);
    expect(room(1500, high, yieldOf("mid"), low).ceilings).toContainEqual({ guest: "high", bytes: mib(700) });
    expect(room(600, yieldOf("high", { goal: 400 }), yieldOf("low", { cost: 9 })).ceilings).toEqual([
      { guest: "high", bytes: mib(400) },
    ]);
  });

  it("is not there where all of them together could not give enough", () => {
    expect(room(1301, yieldOf("a"), yieldOf("b"))).toMatchObject({ couldBytes: mib(1300), ceilings: null });
    expect(room(1300, yieldOf("a"), yieldOf("b")).ceilings).toHaveLength(2);
  });

  it("is not where another has reserved it, and is where the same guest did before", () => {
    const held = withReserved(state, "1", "new", 100);
    expect(roomFor(held, budget, { bytes: mib(100), guest: null }, []).ceilings).toBeNull();
    expect(roomFor(held, budget, { bytes: mib(100), guest: "new" }, []).ceilings).toEqual([]);
    expect(keptFrom(withReserved(held, "2", "new", 80).reservations, state.ledger, null)).toBe(mib(80));
  });

  it("is met in the order in which it was reserved", () => {
    const both = withReserved(withReserved(state, "1", null, 100), "2", null, 1);
    expect([isMet(both, "1", budget), isMet(both, "2", budget)]).toEqual([true, false]);
    expect(ceilingsNow(both, budget, [yieldOf("a")])).toEqual([{ guest: "a", bytes: mib(899) }]);
  });

  it("is not made by a guest for which memory is reserved", () => {
    const starting = withReserved(hostOf(accountIn("b", 900)), "1", "a", 1000);
    const withA = { ...starting, ledger: hostOf(accountIn("a", 500), accountIn("b", 900)).ledger };
    expect(ceilingsNow(withA, budget, [yieldOf("a"), yieldOf("b")]).map(({ guest }) => guest)).not.toContain("a");
  });
});
