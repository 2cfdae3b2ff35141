import { describe, expect, it } from "vitest";
import type { Account } from "../../../../src/core/host/account.ts";
import type { HostRules } from "../../../../src/core/host/rules.ts";
import { newWarnings, standingOf } from "../../../../src/core/host/standing.ts";
import { type GuestTerms, NO_LIMITS } from "../../../../src/core/limits.ts";
import { describeNotice } from "../../../../src/core/notices.ts";
import { accountIn, hostEnv, hostOf } from "../../../support/guest-env.ts";

const mib = (count: number): number => count * 1_048_576;

function rules(memoryMib: number, overcommit: number | null = null, terms: Record<string, Partial<GuestTerms>> = {}) {
  return {
    budget: hostEnv(memoryMib, {}, 100).budget,
    ...(overcommit === null ? {} : { overcommit }),
    terms: (guest: string) => ({ ...NO_LIMITS, isManaged: true, ...terms[guest] }),
  } satisfies HostRules;
}

/** It has `hasMib`, and counts for as much unless `change` says otherwise. */
const guest = (name: string, hasMib: number, change: Partial<Account> = {}): Account =>
  accountIn(name, hasMib, { hasBytes: mib(hasMib), ...change });

describe("how a host's memory stands", () => {
  it("tells what guests have apart from what they may still come to have", () => {
    const state = hostOf(guest("a", 600), guest("b", 500, { currentBytes: mib(700), promisedBytes: mib(700) }));
    expect(standingOf(state, rules(2000))).toMatchObject({
      capacityBytes: mib(2000),
      reserveBytes: mib(100),
      hadBytes: mib(1100),
      promisedBytes: mib(1300),
      freeBytes: mib(600),
    });
  });

  it("tells how much the host needs its memory, and nothing of that before it was looked at", () => {
    const state = hostOf(guest("a", 600));
    expect(standingOf(state, rules(2000))).toMatchObject({ take: "always", need: null, isEmergency: false });
    const pressure = { ...state.pressure, take: "as_needed", need: 0.5 } as const;
    expect(standingOf({ ...state, pressure }, rules(2000))).toMatchObject({ take: "as_needed", need: 0.5 });
  });

  it("has nothing free, and not less than nothing, where guests came with more than there is", () => {
    expect(standingOf(hostOf(guest("a", 1500)), rules(1000)).freeBytes).toBe(0);
  });

  it("adds up what guests could have, within what the operator allows them", () => {
    const state = hostOf(guest("a", 600), guest("b", 500));
    const { maximaBytes, overcommit } = standingOf(state, rules(2000, null, { b: { maxMb: 1000 } }));
    expect(maximaBytes).toBe(mib(2048 + 1000));
    expect(overcommit).toBeCloseTo(3048 / 2000, 5);
  });

  it("warns where floors and guests that are not managed alone are more than all guests may have", () => {
    const state = hostOf(guest("ours", 400, { floorBytes: mib(300) }), guest("theirs", 800));
    const terms = { theirs: { isManaged: false } };
    expect(standingOf(state, rules(1100, null, terms))).toMatchObject({ minBytes: mib(1100), warnings: [] });
    const { warnings } = standingOf(state, rules(1099, null, terms));
    expect(warnings.map(describeNotice).join()).toMatch(/are 1100 MiB, more than the 1099 MiB/);
  });

  it("counts a guest's min_mb as its floor", () => {
    const terms = { a: { minMb: 900 } };
    expect(standingOf(hostOf(guest("a", 950)), rules(800, null, terms)).warnings).toMatchObject([
      { code: "budget_exceeded", details: { minMib: 900 } },
    ]);
  });

  it("warns of an over-commit only above the limit that the operator set", () => {
    const state = hostOf(guest("a", 600), guest("b", 500));
    const codes = (limit: number | null) => standingOf(state, rules(2048, limit)).warnings.map(({ code }) => code);
    expect(codes(null)).toEqual([]);
    expect(codes(2)).toEqual([]);
    expect(codes(1.9)).toEqual(["overcommitted"]);
  });

  it("tells a warning once, and again when it was over meanwhile", () => {
    const bad = standingOf(hostOf(guest("a", 600)), rules(100, 1));
    const good = standingOf(hostOf(), rules(100, 1));
    expect(newWarnings(null, bad)).toEqual([expect.objectContaining({ code: "overcommitted" })]);
    expect(newWarnings(bad, bad)).toEqual([]);
    expect(newWarnings(good, bad)).toHaveLength(1);
  });
});
