import { describe, expect, it } from "vitest";
import { type ControllerState, foundState } from "../../../src/core/guest/state.ts";
import type { Account } from "../../../src/core/host/account.ts";
import type { GuestTerms } from "../../../src/core/limits.ts";
import type { CompleteObservation } from "../../../src/core/observation.ts";
import type { Tunables } from "../../../src/core/tunables.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { yieldOf } from "../../../src/core/yield.ts";
import { accountIn, envOf, hostEnv, hostOf } from "../../support/guest-env.ts";
import { observationOf } from "../../support/observations.ts";

const MIB = 256;
const NOW_MS = 60_000;

/** A guest of 1024 MiB that has all of them, its RAM 1000, of which 700 are available. */
const readings = {
  totalramPages: 1000 * MIB,
  balloonCurrentPages: 1024 * MIB,
  balloonMaxPages: 1024 * MIB,
  committedPages: 200 * MIB,
  availablePages: 700 * MIB,
  freePages: 690 * MIB,
  swapTotalPages: 1024 * MIB,
};

interface Case {
  readonly account?: Partial<Account>;
  readonly terms?: Partial<GuestTerms>;
  readonly tunables?: Partial<Tunables>;
  readonly readings?: Partial<CompleteObservation>;
  readonly isPaused?: boolean;
  readonly isDryRun?: boolean;
}

/** What it could give, read a second ago, whatever of it is said. */
function given({ account, terms, tunables, readings: change, isPaused = false, isDryRun = false }: Case) {
  const observation = observationOf({ ...readings, ...change });
  const state: ControllerState = { ...foundState("driver", NOW_MS - 1000), last: { observation, targetPages: null } };
  const env = envOf({ host: hostEnv(4096, terms), isPaused, isDryRun }, tunables);
  return yieldOf("a", state, hostOf(accountIn("a", 1024, account)), env, NOW_MS);
}

const minMib = (one: Case): number => (given(one)?.minBytes ?? Number.NaN) / BYTES_PER_MIB;

describe("what a guest could give at once", () => {
  it("is all that law and guard would take of it without a claim to any of the host: down to its floor", () => {
    const idle = { readings: { availablePages: 960 * MIB, freePages: 950 * MIB } };
    expect(minMib(idle)).toBeGreaterThan(1024 - 960 + 64);
    expect(minMib(idle)).toBeLessThan(300);
    expect(given(idle)?.because).toBe("It goes no lower than its floor and its min_mb.");
  });

  it("ends at its min_mb, and at what it uses", () => {
    expect(minMib({ terms: { minMb: 800 } })).toBe(800);
    expect(given({ terms: { minMb: 800 } })?.because).toBe("It goes no lower than its floor and its min_mb.");
    const busy = { readings: { availablePages: 100 * MIB, freePages: 90 * MIB } };
    expect(minMib(busy)).toBe(1024 - 100 + 64);
    expect(given(busy)?.because).toMatch(/in use/);
  });

  it("counts what its balloon does not, too", () => {
    const unballoonedBytes = 100 * BYTES_PER_MIB;
    const more = { currentBytes: 1124 * BYTES_PER_MIB, unballoonedBytes };
    expect(minMib({ account: more })).toBe(minMib({}) + 100);
  });

  it("is never less than nothing: what it has is the most that it keeps", () => {
    expect(minMib({ account: { currentBytes: 200 * BYTES_PER_MIB }, terms: { minMb: 800 } })).toBe(200);
  });

  it.each<readonly [string, Case, string]>([
    ["the operator paused it", { isPaused: true }, "The operator paused it, or it is a dry run."],
    ["it is a dry run", { isDryRun: true }, "The operator paused it, or it is a dry run."],
    ["nothing comes free of it", { account: { effect: { looksWithout: 10, isMissing: true } } }, "does not come free"],
    ["it can't be read", { account: { isFixed: true } }, "It can't be read or moved now."],
    ["selfballooning is off", { account: { isFixed: true }, tunables: { selfballooning: 0 } }, "selfballooning is 0"],
    ["it is not managed", { terms: { isManaged: false } }, "managed"],
    ["it has its quiet hours", { terms: { isQuiet: true } }, "quiet"],
  ])("is nothing where %s", (_, one, because) => {
    expect(minMib(one)).toBe(1024);
    expect(given(one)?.because.toLowerCase()).toContain(because.toLowerCase());
  });

  it("costs its weight, as far as it uses what it has, and has its priority", () => {
    const account = { weight: 2, activeShare: 0.25, priority: "best_effort" } as const;
    expect(given({ account })).toMatchObject({ cost: 0.5, priority: "best_effort", guest: "a" });
  });

  it("is not known of a guest without an account, or where no host is shared", () => {
    const state = foundState("driver", 0);
    expect(yieldOf("b", state, hostOf(accountIn("a", 1024)), envOf({ host: hostEnv(4096) }), NOW_MS)).toBeNull();
    expect(yieldOf("a", state, hostOf(accountIn("a", 1024)), envOf(), NOW_MS)).toBeNull();
  });

  it("is waited for while its first reading may still come, for five seconds", () => {
    const awaited = (foundMs: number): boolean | undefined =>
      yieldOf("a", foundState("driver", foundMs), hostOf(accountIn("a", 1024)), envOf({ host: hostEnv(4096) }), NOW_MS)
        ?.isAwaited;
    expect([awaited(NOW_MS - 4999), awaited(NOW_MS - 5000)]).toEqual([true, false]);
    expect(given({})?.isAwaited).toBe(false);
  });
});
