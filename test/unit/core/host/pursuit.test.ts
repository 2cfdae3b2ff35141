import { describe, expect, it } from "vitest";
import { reactToReservation } from "../../../../src/core/host/planner.ts";
import { pursuit } from "../../../../src/core/host/pursuit.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";
import { accountIn, hostEnv, hostOf } from "../../../support/guest-env.ts";
import { withReserved, yieldOf } from "../../../support/reservations.ts";

const { budget } = hostEnv(2000, {}, 100);
const state = hostOf(accountIn("a", 900), accountIn("b", 900));

describe("what is done for what is reserved", () => {
  it("is nothing where it is free", () => {
    const free = { isFree: true, ceilings: [], isNew: false, stepSoon: [] };
    expect(pursuit(state, budget, [yieldOf("a")])).toEqual(free);
    expect(pursuit(withReserved(state, "1", null, 100), budget, [yieldOf("a")])).toEqual(free);
  });

  it("has guests go down that have more than they may, at once", () => {
    const ceilings = [{ guest: "a", bytes: 800 * BYTES_PER_MIB }];
    const asked = pursuit(withReserved(state, "1", null, 200), budget, [yieldOf("a")]);
    expect(asked).toEqual({ isFree: false, ceilings, isNew: true, stepSoon: ["a"] });
  });

  it("does not ask again for what is asked already", () => {
    const reserved = withReserved(state, "1", null, 200);
    const { ceilings } = pursuit(reserved, budget, [yieldOf("a")]);
    const asked = reactToReservation(reserved, { kind: "asked", ceilings });
    expect(pursuit(asked, budget, [yieldOf("a")])).toMatchObject({ isFree: false, isNew: false, stepSoon: ["a"] });
    expect(pursuit(asked, budget, [yieldOf("b")])).toMatchObject({ isNew: true, stepSoon: ["b"] });
  });

  it("lets them have it back once it is free", () => {
    const reserved = withReserved(state, "1", null, 200);
    const asked = reactToReservation(reserved, { kind: "asked", ceilings: [{ guest: "a", bytes: 1 }] });
    const ended = { ...asked, reservations: { ...asked.reservations, held: [] } };
    expect(pursuit(ended, budget, [yieldOf("a")])).toMatchObject({ isFree: true, ceilings: [], isNew: true });
  });
});
