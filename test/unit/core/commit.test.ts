import { describe, expect, it } from "vitest";
import { commit } from "../../../src/core/commit.ts";
import { type ControllerState, foundState } from "../../../src/core/guest/state.ts";
import { accountOf } from "../../../src/core/host/ledger.ts";
import { judge } from "../../../src/core/judge.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { accountIn, envOf, hostEnv, hostOf } from "../../support/guest-env.ts";
import { observationOf } from "../../support/observations.ts";

const MIB = 256;
const found = foundState("driver", 0);
const UNGUARDED = { guard: 0, selfballoon_reserved_mb: 0 };

/** Guest `a` has 512 of 1024 MiB. */
const reading = (wantsMib: number, change: Parameters<typeof observationOf>[0] = {}) => ({
  observation: observationOf({
    ...{ guest: "a", totalramPages: 512 * MIB, balloonCurrentPages: 512 * MIB, balloonMaxPages: 1024 * MIB },
    ...{ maxPfn: 1024 * MIB, committedPages: wantsMib * MIB, totalreservePages: 0, ...change },
  }),
  notices: [],
});

interface Rig {
  readonly wantsMib?: number;
  readonly readings?: Parameters<typeof observationOf>[0];
  readonly guest?: Partial<ControllerState>;
  readonly env?: ReturnType<typeof envOf>;
  readonly host?: ReturnType<typeof hostOf> | null;
  readonly cause?: "interval" | "soon" | "shortage";
  readonly nowMs?: number;
}

/** Judge a reading and take the decision over. */
function committed(rig: Rig = {}) {
  const { wantsMib = 700, readings = {}, env = envOf({}, UNGUARDED), host = null, cause = "interval", nowMs = 9 } = rig;
  const before = { guest: { ...found, ...rig.guest }, host };
  const judged = judge(before.guest, host, reading(wantsMib, readings), env, nowMs);
  const after = commit(before, judged, cause, env, nowMs);
  const [decided] = after.effects;
  if (decided?.kind !== "decided") throw new Error("nothing was decided");
  return { before, judged, after, decided };
}

describe("a decision that is taken over", () => {
  it("is carried out, and is what is remembered", () => {
    const { after, decided, judged } = committed();
    expect(decided.target).toEqual({ balloonTargetPages: 700 * MIB, pageBytes: 4096 });
    expect(decided.decided).toMatchObject({ cause: "interval", wantedPages: 700 * MIB, decision: judged.decision });
    expect(after.guest).toMatchObject({
      step: judged.step,
      askedPages: 700 * MIB,
      last: { observation: judged.observation, targetPages: 700 * MIB },
      freshness: { lastGoodMs: 9 },
    });
  });

  it("asks nothing of a balloon that has what was decided", () => {
    const { decided, after } = committed({ wantsMib: 512 });
    expect(decided.target).toBeNull();
    expect(after.guest.askedPages).toBeNull();
  });

  it.each([
    ["lower", 300 * MIB],
    ["higher", 700 * MIB],
  ])("reckons with the smaller of two targets until the balloon takes one; the one before is %s", (_, askedPages) => {
    const { after } = committed({ wantsMib: 600, guest: { askedPages } });
    expect(after.guest.askedPages).toBe(Math.min(askedPages, 600 * MIB));
  });

  it.each([
    ["a dry run", { isDryRun: true }],
    ["a paused guest", { isPaused: true }],
  ])("moves nothing of %s, which can't be stuck for not following", (_, change) => {
    const env = envOf(change, { selfballoon_reserved_mb: 0 });
    const guest = { step: { ...found.step, shrink: { lastFrontswapPages: 5000, inertiaSteps: 1 } } };
    const readings = { availablePages: 400 * MIB, frontswapPages: 4000 };
    const { after, decided, judged } = committed({ wantsMib: 100, env, readings, guest });
    expect(judged.decision.frontswapTargetPages).not.toBeNull();
    expect(judged.step.guard.progress.askedPages).not.toBeNull();
    expect(decided).toMatchObject({ target: null, shrink: null });
    expect(after.guest).toMatchObject({ askedPages: null, step: { guard: { progress: { askedPages: null } } } });
  });

  it("keeps what is known of a guest of which a reading is missing, and its age", () => {
    const incomplete = { committedPages: null } as unknown as { committedPages: number };
    const { after, decided } = committed({ readings: incomplete, nowMs: 77 });
    expect(decided.decided.decision.reason).toBe("missing");
    expect(after.guest).toMatchObject({ last: null, freshness: { lastGoodMs: 0 } });
  });

  it("is no step of self-shrinking where it answers a shortage", () => {
    const guest = { step: { ...found.step, shrink: { lastFrontswapPages: 5000, inertiaSteps: 1 } } };
    const readings = { frontswapPages: 4000 };
    const step = committed({ readings, guest });
    expect(step.decided.shrink).toMatchObject({ targetPages: 3800, pageBytes: 4096 });
    expect(step.after.guest.step.shrink).not.toEqual(guest.step.shrink);
    const answer = committed({ readings, guest, cause: "shortage" });
    expect(answer.decided).toMatchObject({ shrink: null, decided: { decision: { frontswapTargetPages: null } } });
    expect(answer.after.guest.step.shrink).toEqual(guest.step.shrink);
  });

  it("tells, and calls those who hold what the guest waits for, whether or not its balloon takes the target", () => {
    const starved = hostOf(
      accountIn("a", 512, { effect: { looksWithout: 9, isMissing: false } }),
      accountIn("b", 1000, { goalBytes: 100 * BYTES_PER_MIB }),
    );
    const env = envOf({ host: hostEnv(1612) }, UNGUARDED);
    const judged = judge(found, starved, { ...reading(700), rssBytes: 1200 * BYTES_PER_MIB }, env, 0);
    const { effects } = commit({ guest: found, host: starved }, judged, "interval", env, 0);
    expect(effects.map(({ kind }) => kind)).toEqual(["notice", "step_soon", "decided"]);
    expect(effects[1]).toEqual({ kind: "step_soon", guests: ["b"] });
  });
});

describe("the account of a guest that the operator paused", () => {
  const pausedOn = (wantsMib: number, promisedMib: number, isPaused = true) => {
    const promisedBytes = promisedMib * BYTES_PER_MIB;
    const host = hostOf(accountIn("a", 512, { unballoonedBytes: 10 * BYTES_PER_MIB, promisedBytes }));
    const env = envOf({ isPaused, host: hostEnv(4096) }, UNGUARDED);
    const withMore = { ...reading(wantsMib), unballoonedBytes: 10 * BYTES_PER_MIB };
    const judged = judge(found, host, withMore, env, 0);
    const after = commit({ guest: found, host }, judged, "interval", env, 0);
    const account = after.host === null ? null : accountOf(after.host.ledger, "a");
    return { mib: (account?.currentBytes ?? 0) / BYTES_PER_MIB, isFixed: account?.isFixed };
  };

  it.each([
    ["more", 700],
    ["less", 100],
  ])("keeps what was observed, though %s was decided", (_, wantsMib) => {
    expect(pausedOn(wantsMib, 0)).toEqual({ mib: 522, isFixed: true });
  });

  it("keeps what its balloon is on its way up to, and not what it is on its way down to", () => {
    expect(pausedOn(100, 610)).toEqual({ mib: 610, isFixed: true });
    expect(pausedOn(700, 210)).toEqual({ mib: 522, isFixed: true });
  });

  it("is that of the decision where it is not paused", () => {
    expect(pausedOn(700, 0, false)).toEqual({ mib: 710, isFixed: false });
  });
});
