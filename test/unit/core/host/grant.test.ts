import { describe, expect, it } from "vitest";
import type { Reading } from "../../../../src/core/backend.ts";
import type { Decision } from "../../../../src/core/decision.ts";
import type { HostEnv } from "../../../../src/core/guest/events.ts";
import { accountOf } from "../../../../src/core/host/ledger.ts";
import { plan } from "../../../../src/core/host/planner.ts";
import type { HostState } from "../../../../src/core/host/state.ts";
import type { Reason } from "../../../../src/core/reasons.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";
import { accountIn, hostEnv, hostOf } from "../../../support/guest-env.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;
const HAS_PAGES = 500 * MIB;
const tunables = DEFAULT_TUNABLES;

interface Given {
  readonly targetMib?: number;
  readonly read?: Partial<Reading>;
  readonly host?: HostEnv;
}

/** What becomes of guest `a` wanting 200 MiB more, or `targetMib`, with `availableMib` available and swap. */
function wants(state: HostState, reason: Reason, availableMib: number, nowMs: number, given: Given = {}) {
  const { targetMib = 700, read = {}, host = hostEnv(1000) } = given;
  const observation = observationOf({
    ...{ guest: "a", totalramPages: HAS_PAGES, balloonCurrentPages: HAS_PAGES, balloonMaxPages: 1000 * MIB },
    ...{ availablePages: availableMib * MIB, freePages: 20 * MIB, totalreservePages: 10 * MIB },
    swapTotalPages: 500 * MIB,
  });
  const target = { targetPages: targetMib * MIB, balloonTargetPages: targetMib * MIB, frontswapTargetPages: null };
  const wanted: Decision = {
    ...{ t: 0, guest: "a", goalPages: 700 * MIB, floorPages: 100 * MIB, headroomPages: null, reason, clamps: [] },
    ...target,
  };
  const event = { kind: "wants", wanted, reading: { observation, notices: [], ...read }, tunables } as const;
  return plan(state, event, host.budget, host.terms, nowMs);
}

/** Its two guests have all of it. */
const full = hostOf(accountIn("a", 500), accountIn("b", 500, { goalBytes: 0 }));

describe("a guest that a full host refuses memory", () => {
  it("has others asked to step at once where it wants more, and where it lacks memory", () => {
    expect(wants(full, "raise", 300, 5).stepSoon).toEqual(["b"]);
    expect(wants(full, "emergency", 20, 5).stepSoon).toEqual(["b"]);
  });

  it("has nobody asked where it has memory available and waits for its cache", () => {
    const { state, stepSoon } = wants(full, "emergency", 300, 5);
    expect(stepSoon).toEqual([]);
    expect(state.shortage).toMatchObject({ waiting: "a", waitingFor: "cache" });
  });

  it("keeps nobody else from asking while it lacks memory: its own asking is counted apart", () => {
    const lacking = wants(full, "emergency", 20, 5).state;
    expect(lacking.steppedSoonMs).toBeNull();
    expect(wants(lacking, "emergency", 20, 204).stepSoon).toEqual([]);
    expect(wants(lacking, "emergency", 20, 205).stepSoon).toEqual(["b"]);
    expect(wants(lacking, "raise", 300, 6).stepSoon).toEqual(["b"]);
  });

  it("is heard though another was asked for a moment before", () => {
    const asked = wants(full, "raise", 300, 5).state;
    expect(wants(asked, "raise", 300, 6).stepSoon).toEqual([]);
    expect(wants(asked, "emergency", 20, 6).stepSoon).toEqual(["b"]);
  });
});

const mib = (count: number): number => count * BYTES_PER_MIB;
const targetMib = ({ decision }: ReturnType<typeof wants>): number => (decision?.balloonTargetPages ?? 0) / MIB;

describe("what a guest is granted", () => {
  it("is what it wants where that is free, and nobody is asked", () => {
    const granted = wants(hostOf(accountIn("a", 500), accountIn("b", 300)), "raise", 300, 5);
    expect([targetMib(granted), granted.stepSoon]).toEqual([700, []]);
    expect(granted.state.shortage.shortUntilMs).toBe(0);
  });

  it("is what is free, what its balloon does not count included, and no more", () => {
    const beside = (read: Partial<Reading>) =>
      targetMib(wants(hostOf(accountIn("a", 500), accountIn("b", 380)), "raise", 300, 5, { read }));
    expect(beside({})).toBe(620);
    expect(beside({ unballoonedBytes: mib(50) })).toBe(570);
  });

  it("is of the reserve only what it may use in an emergency in which it lacks memory", () => {
    const host = hostEnv(1200, {}, 100);
    const both = hostOf(accountIn("a", 500), accountIn("b", 600));
    expect(targetMib(wants(both, "raise", 20, 5, { host }))).toBe(500);
    expect(targetMib(wants(both, "emergency", 300, 5, { host }))).toBe(500);
    expect(targetMib(wants(both, "emergency", 20, 5, { host }))).toBe(600);
  });

  it("is room for its cache where it lacks no memory, as far as little is free, and not all that the host has", () => {
    // 10 MiB are free above its kernel's reserve, and 128 would make it safe.
    const beside = hostOf(accountIn("a", 500), accountIn("b", 350));
    expect(targetMib(wants(beside, "emergency", 300, 5))).toBe(500 + 118);
    expect(targetMib(wants(beside, "raise", 300, 5))).toBe(650);
  });

  it("is what it wants, and charged to nobody, where it has no account", () => {
    const nobody = hostOf(accountIn("b", 900));
    const granted = wants(nobody, "raise", 300, 5);
    expect([targetMib(granted), granted.state]).toEqual([700, nobody]);
  });

  it("asks those who have more than they are entitled to, and none who has just that", () => {
    const fair = hostOf(accountIn("a", 500), accountIn("b", 500));
    expect(wants(fair, "raise", 300, 5).stepSoon).toEqual([]);
    const fixed = hostOf(accountIn("a", 500), accountIn("b", 500, { goalBytes: 0, isFixed: true }));
    expect(wants(fixed, "raise", 300, 5).stepSoon).toEqual([]);
  });
});

describe("a guest beside one in an emergency that could not be met", () => {
  const waiting = (waitingFor: "lack" | "cache", accounts = full): HostState => ({
    ...accounts,
    shortage: { ...accounts.shortage, shortUntilMs: 10_000, waiting: "b", waitingUntilMs: 10_000, waitingFor },
  });
  /** It is entitled to 100 MiB beside the other one. */
  const poor = hostOf(accountIn("a", 500, { goalBytes: mib(100) }), accountIn("b", 500, { goalBytes: mib(900) }));
  const cautious = { targetMib: 500 };

  it("yields what it has available beyond what makes it safe, though a safety holds it out of caution", () => {
    const yielded = wants(waiting("lack", poor), "hot_cache", 300, 5, cautious);
    expect(yielded.decision).toMatchObject({ reason: "yields", balloonTargetPages: (500 - 300 + 128) * MIB });
    expect(targetMib(wants(waiting("lack", poor), "in_use", 300, 5, cautious))).toBe(500);
  });

  it("keeps its cache where the other one waits for its own", () => {
    expect(targetMib(wants(waiting("cache", poor), "hot_cache", 300, 5, cautious))).toBe(500);
  });

  it("goes no lower than its entitlement, its min_mb, or what it has in its quiet hours", () => {
    const rich = hostOf(accountIn("a", 500, { goalBytes: mib(450) }), accountIn("b", 500, { goalBytes: mib(550) }));
    expect(targetMib(wants(waiting("lack", rich), "hot_cache", 300, 5, cautious))).toBe(450);
    const held = (terms: object) =>
      targetMib(wants(waiting("lack", poor), "hot_cache", 300, 5, { ...cautious, host: hostEnv(1000, terms) }));
    expect(held({ minMb: 400 })).toBe(400);
    expect(held({ isQuiet: true })).toBe(500);
  });

  it("goes no lower than its entitlement without what its balloon does not count", () => {
    const account = accountIn("a", 550, { goalBytes: mib(450), unballoonedBytes: mib(50) });
    const rich = hostOf(account, accountIn("b", 450, { goalBytes: mib(550) }));
    const read = { unballoonedBytes: mib(50) };
    expect(targetMib(wants(waiting("lack", rich), "hot_cache", 300, 5, { ...cautious, read }))).toBe(400);
  });

  it("does not yield where it waits itself, or where nobody waits any more", () => {
    const own = { ...waiting("lack", poor).shortage, waiting: "a" };
    expect(targetMib(wants({ ...poor, shortage: own }, "hot_cache", 300, 5, cautious))).toBe(500);
    expect(targetMib(wants(waiting("lack", poor), "hot_cache", 300, 10_000, cautious))).toBe(500);
  });

  it("does not yield where there is enough for all", () => {
    const host = hostEnv(4000);
    const enough = { ...waiting("lack").shortage, shortUntilMs: 0 };
    expect(targetMib(wants({ ...full, shortage: enough }, "hot_cache", 300, 5, { ...cautious, host }))).toBe(500);
  });
});

describe("a guest that claims more than its process can hold", () => {
  /** Its process holds 100 MiB, of which nothing is swapped; it says that it uses 480. */
  const doubting = (looks: number, isCertain: boolean): HostState => {
    const overclaim = { looks, isCertain };
    const state = hostOf(accountIn("a", 500, { overclaim }), accountIn("b", 500, { goalBytes: mib(900) }));
    return { ...state, pressure: { ...state.pressure, swappedBytes: 0 } };
  };
  const read = { rssBytes: mib(100) };

  it("is told of once, when that is certain, with what it claims and what is believed", () => {
    const told = (state: HostState) => wants(state, "in_use", 20, 5, { targetMib: 500, read }).notices;
    expect(told(doubting(8, false))).toEqual([]);
    expect(told(doubting(9, false))).toEqual([
      { code: "overclaims", details: { claimedMib: 480, believedMib: 100 + 256 } },
    ]);
    expect(told(doubting(0, true))).toEqual([]);
  });

  it("is shown as doubted from then on", () => {
    const clamps = (state: HostState) => wants(state, "in_use", 20, 5, { targetMib: 500, read }).decision?.clamps;
    expect(clamps(doubting(8, false))).toEqual([]);
    expect(clamps(doubting(9, false))).toContain("doubted");
  });

  it("has nobody give way to it, whatever it lacks", () => {
    const { state } = wants(doubting(0, true), "emergency", 20, 5, { read });
    expect(state.shortage).toMatchObject({ waiting: null, shortUntilMs: 10_005 });
    expect(state.steppedSoonMs).toBe(5);
  });

  it("yields what its process does not hold and it is not entitled to, to one in an emergency", () => {
    const state = doubting(0, true);
    const shortage = { ...state.shortage, shortUntilMs: 10_000, waiting: "b", waitingUntilMs: 10_000 };
    const asked = { ...state, shortage: { ...shortage, waitingFor: "lack" as const } };
    const claiming = { targetMib: 500, read };
    expect(targetMib(wants(asked, "in_use", 20, 5, claiming))).toBe(500);
    const { decision } = wants({ ...asked, ledger: poorLedger(state) }, "in_use", 20, 5, claiming);
    expect(decision).toMatchObject({ reason: "doubted", balloonTargetPages: 356 * MIB });
  });

  const poorLedger = ({ ledger }: HostState) => {
    const account = accountOf(ledger, "a");
    if (account === null) throw new Error("it has no account");
    return hostOf({ ...account, goalBytes: mib(100) }, accountIn("b", 500, { goalBytes: mib(900) })).ledger;
  };
});
