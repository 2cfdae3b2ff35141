import { describe, expect, it } from "vitest";
import type { ReservationWish } from "../../../../src/core/control.ts";
import { MAX_RESERVATIONS } from "../../../../src/core/host/reservation.ts";
import type { HostRules } from "../../../../src/core/host/rules.ts";
import { lateness, mayPass, refusalOf } from "../../../../src/core/host/wish.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";
import { accountIn, hostEnv, hostOf } from "../../../support/guest-env.ts";
import { withReserved, yieldOf } from "../../../support/reservations.ts";

const { budget, terms } = hostEnv(2000, {}, 100);
const rules: HostRules = { budget, terms: () => terms };
const state = hostOf(accountIn("a", 900), accountIn("b", 900));
const wish = (count: number) => ({
  guest: null,
  bytes: count * BYTES_PER_MIB,
  waitMs: 1500,
  lifeMs: 60_000,
  isKept: false,
});

describe("a wish for memory", () => {
  it("is not refused where it is free, or could be", () => {
    expect(refusalOf(state, rules, wish(100), [])).toBeNull();
    expect(refusalOf(state, rules, wish(700), [yieldOf("a")])).toBeNull();
  });

  it("is refused where it could not be: how much could, and who keeps what and why", () => {
    expect(refusalOf(state, rules, wish(701), [yieldOf("a")])).toMatchObject({
      code: "ERR_RESERVATION_UNMET",
      details: { mib: 701, freeMib: 100, couldMib: 700, refusals: ["a gives 600 of 900 MiB: it uses that"] },
    });
  });

  it("is refused above the over-commit that is allowed", () => {
    const refused = refusalOf(state, { ...rules, overcommit: 1 }, wish(100), []);
    expect(refused).toMatchObject({ code: "ERR_OVERCOMMIT", details: { mib: 100, limit: 1 } });
  });

  it("is refused where as many are kept as may be", () => {
    let full = state;
    for (let nth = 0; nth < MAX_RESERVATIONS; nth += 1) full = withReserved(full, String(nth), null, 1);
    expect(refusalOf(full, rules, wish(1), [])).toMatchObject({ code: "ERR_TOO_MANY" });
  });

  it("is refused where its id is another's, or where its guest has one and it asked to be the first", () => {
    const held = withReserved(withReserved(state, "1", "new", 10), "2", null, 10);
    const refusedFor = (change: Partial<ReservationWish>) => refusalOf(held, rules, { ...wish(1), ...change }, []);
    expect(refusedFor({ id: "2" })).toMatchObject({ code: "ERR_RESERVATION_EXISTS", details: { id: "2" } });
    expect(refusedFor({ id: "3" })).toBeNull();
    expect(refusedFor({ guest: "new", isFirst: true })).toMatchObject({
      ...{ code: "ERR_RESERVATION_EXISTS", details: { id: "1" } },
    });
    expect(refusedFor({ guest: "new" })).toBeNull();
    expect(refusedFor({ guest: "other", isFirst: true })).toBeNull();
    expect(refusedFor({ guest: null, isFirst: true })).toBeNull();
  });

  it("may be met in a moment where guests were only just found, and in no other case", () => {
    const awaited = { ...yieldOf("b"), isAwaited: true };
    const unmet = refusalOf(state, rules, wish(1900), []);
    const forbidden = refusalOf(state, { ...rules, overcommit: 1 }, wish(100), []);
    if (unmet === null || forbidden === null) throw new Error("both are refused");
    expect([mayPass(unmet, [yieldOf("a"), awaited]), mayPass(unmet, [yieldOf("a")])]).toEqual([true, false]);
    expect(mayPass(forbidden, [awaited])).toBe(false);
  });

  it("that was not free in time says how much is, and who kept what", () => {
    expect(lateness(state, rules, wish(400), [yieldOf("a")])).toMatchObject({
      code: "ERR_RESERVATION_LATE",
      details: { mib: 400, waitS: 1.5, freeMib: 100, refusals: ["a gives 600 of 900 MiB: it uses that"] },
    });
  });
});
