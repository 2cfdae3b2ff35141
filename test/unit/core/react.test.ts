import { describe, expect, it } from "vitest";
import { INITIAL_PROGRESS } from "../../../src/core/guard/stuck.ts";
import type { GuestEvent } from "../../../src/core/guest/events.ts";
import { type ControllerState, foundState } from "../../../src/core/guest/state.ts";
import { accountOf } from "../../../src/core/host/ledger.ts";
import type { HostState } from "../../../src/core/host/state.ts";
import { react } from "../../../src/core/react.ts";
import { DEFAULT_TUNABLES } from "../../../src/core/tunables.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { accountIn, envOf, hostEnv, hostOf } from "../../support/guest-env.ts";
import { observationOf } from "../../support/observations.ts";

const MIB = 256;
const found = foundState("driver", 0);
const LAW = { guard: 0, selfballoon_reserved_mb: 0 };

const tell = (
  event: GuestEvent,
  guest: Partial<ControllerState> = {},
  env = envOf({}, LAW),
  host: HostState | null = null,
) => react({ guest: { ...found, ...guest }, host }, "a", event, env, 50);
const kindsOf = ({ effects }: ReturnType<typeof react>) => effects.map(({ kind }) => kind);

/** Guest `a` has 512 of 1024 MiB and wants so much. */
const observed = (wantsMib: number, cause: "interval" | "shortage", isAgain: boolean): GuestEvent => ({
  kind: "observed",
  reading: {
    observation: observationOf({
      ...{ guest: "a", totalramPages: 512 * MIB, balloonCurrentPages: 512 * MIB, balloonMaxPages: 1024 * MIB },
      ...{ maxPfn: 1024 * MIB, committedPages: wantsMib * MIB, totalreservePages: 0 },
    }),
    notices: [],
  },
  cause,
  isAgain,
});

describe("the core", () => {
  it("arms the first step of a guest one interval after it was found, and asks for its size where a host is shared", () => {
    const alone = tell({ kind: "started", laterMs: 7 });
    expect(alone.effects).toEqual([{ kind: "arm", delayMs: 5007 }]);
    expect(alone.guest.isArmed).toBe(true);
    const shared = tell({ kind: "started", laterMs: 0 }, {}, envOf({ host: hostEnv(4096) }), hostOf());
    expect(kindsOf(shared)).toEqual(["arm", "read_size"]);
  });

  it("moves nothing on a first reading, and remembers nothing of it", () => {
    const first = tell(observed(700, "interval", false));
    expect(kindsOf(first)).toEqual(["read_again"]);
    expect(first.guest).toEqual(found);
    expect(kindsOf(tell(observed(700, "interval", true)))).toEqual(["decided"]);
    expect(kindsOf(tell(observed(512, "interval", false)))).toEqual(["decided"]);
  });

  it("answers a shortage upward at once, and never downward", () => {
    expect(tell(observed(700, "shortage", false)).effects).toMatchObject([{ decided: { cause: "shortage" } }]);
    const fall = tell(observed(300, "shortage", false));
    expect(fall).toEqual({ guest: found, host: null, effects: [] });
  });

  it("charges a guest whose size was read for what it has, and keeps it", () => {
    const size = { currentBytes: 700 * BYTES_PER_MIB, maximumBytes: 900 * BYTES_PER_MIB };
    const { host, effects } = tell({ kind: "sized", size }, {}, envOf({ host: hostEnv(4096) }), hostOf());
    expect(host === null ? null : accountOf(host.ledger, "a")).toMatchObject({ ...size, isFixed: true });
    expect(effects).toEqual([]);
    expect(tell({ kind: "sized", size }).host).toBeNull();
  });

  it("keeps what a guest has that can't be read, and asks for its size if nobody knows it", () => {
    const env = envOf({ host: hostEnv(4096) });
    const known = tell({ kind: "unreadable", state: "paused" }, {}, env, hostOf(accountIn("a", 512)));
    expect(known.host === null ? null : accountOf(known.host.ledger, "a")?.isFixed).toBe(true);
    expect(known.effects).toEqual([]);
    expect(known.guest.freshness.lastGoodMs).toBe(50);
    expect(kindsOf(tell({ kind: "unreadable", state: null }, {}, env, hostOf()))).toEqual(["read_size"]);
    expect(tell({ kind: "unreadable", state: "restarting" }).guest.freshness.isRestarting).toBe(true);
  });

  it("holds nothing against a guest that restarts for not having followed", () => {
    const parked = { ...INITIAL_PROGRESS, parked: { untilMs: 600_000, count: 1 } };
    const step = { ...found.step, guard: { ...found.step.guard, progress: parked } };
    const progressAfter = (state: string | null) =>
      tell({ kind: "unreadable", state }, { step }).guest.step.guard.progress;
    expect(progressAfter("paused")).toEqual(parked);
    expect(progressAfter("restarting")).toEqual(INITIAL_PROGRESS);
  });

  it("notes the target that a balloon took, and that a guest was given everything", () => {
    expect(tell({ kind: "applied", balloonTargetPages: 9, pageBytes: 4096 }, { askedPages: 4 }).guest.askedPages).toBe(
      9,
    );
    expect(tell({ kind: "gave", isAll: true }).guest.freshness).toMatchObject({ isOpen: true, isReported: true });
    expect(tell({ kind: "gave", isAll: false }).guest.freshness).toMatchObject({ isOpen: false, isReported: true });
  });

  it("asks for an answer when a look finds memory short, but not of a paused guest", () => {
    const last = { observation: observationOf({ balloonMaxPages: 262_144 }), targetPages: 200_000 };
    const sampled: GuestEvent = { kind: "sampled", sample: { availablePages: 1000, totalramPages: 250_000 } };
    const look = (change: Parameters<typeof envOf>[0]) => kindsOf(tell(sampled, { last }, envOf(change)));
    expect(look({})).toEqual(["answer_shortage"]);
    expect(look({ isPaused: true })).toEqual([]);
    expect(look({ without: new Set(["emergency"] as const) })).toEqual([]);
    const rising = { kind: "sampled", sample: { availablePages: 900, totalramPages: 250_000 } } as const;
    expect(tell(rising, { last, demands: [200_000] }, envOf()).effects).toEqual([
      { kind: "record_rise", risePages: 49_100, answerMs: 300 },
      { kind: "answer_shortage" },
    ]);
  });

  it("takes in how fast demand rose, if that is faster than was known", () => {
    const { guest } = tell({ kind: "rose", risePages: 40, answerMs: 300 });
    expect(guest.step.guard.risePages).toBe(40);
    expect(tell({ kind: "rose", risePages: 30, answerMs: 300 }, guest).guest).toEqual(guest);
  });

  it("takes in how long the balloon took to answer a shortage, and records it once that changes", () => {
    const last = {
      observation: observationOf({ balloonMaxPages: 262_144, swapTotalPages: 1000 }),
      targetPages: 200_000,
    };
    const answer = { ms: 300, sinceMs: 0 };
    const guard = { ...found.step.guard, answer };
    const before = { last, step: { ...found.step, guard }, unanswered: { sinceMs: 20_000, totalramPages: 190_000 } };
    const sampled: GuestEvent = { kind: "sampled", sample: { availablePages: 100_000, totalramPages: 200_000 } };
    const { guest, effects } = react({ guest: { ...found, ...before }, host: null }, "a", sampled, envOf(), 20_100);
    expect(effects).toEqual([{ kind: "record_rise", risePages: 0, answerMs: 250 }]);
    const rose: GuestEvent = { kind: "rose", risePages: 0, answerMs: 250 };
    const told = react({ guest: found, host: null }, "a", rose, envOf(), 20_100);
    expect(told.guest.step.guard.answer).toEqual(guest.step.guard.answer);
  });

  it("arms an idle guest again when a loop is turned on, and no guest twice", () => {
    const before = { ...DEFAULT_TUNABLES, selfballooning: 0 };
    const written: GuestEvent = { kind: "written", name: "selfballooning", before };
    expect(tell(written).effects).toEqual([{ kind: "arm", delayMs: 5000 }]);
    expect(tell(written).guest.isArmed).toBe(true);
    expect(tell(written, { isArmed: true }).effects).toEqual([]);
    expect(tell({ ...written, name: "guard" }).effects).toEqual([]);
  });

  it("begins the wait of self-shrinking again when its length is written, and at no other write", () => {
    const step = { ...found.step, shrink: { lastFrontswapPages: 5, inertiaSteps: 2 } };
    const written = (name: "frontswap_inertia" | "guard"): GuestEvent => ({
      ...{ kind: "written", name, before: DEFAULT_TUNABLES },
    });
    expect(tell(written("frontswap_inertia"), { step }).guest.step.shrink.inertiaSteps).toBeNull();
    expect(tell(written("guard"), { step }).guest.step.shrink.inertiaSteps).toBe(2);
  });

  it("is armed after a pass while a loop is on, and always where a host is shared", () => {
    const off = { selfballooning: 0, frontswap_selfshrinking: 0 };
    expect(tell({ kind: "ended" }).effects).toEqual([{ kind: "arm", delayMs: 5000 }]);
    const idle = tell({ kind: "ended" }, { isArmed: true }, envOf({}, off));
    expect([idle.guest.isArmed, idle.effects]).toEqual([false, []]);
    const shared = tell({ kind: "ended" }, {}, envOf({ host: hostEnv(4096) }, off), hostOf());
    expect(kindsOf(shared)).toEqual(["arm"]);
  });

  it("gives everything when it is asked to, and when a guest was silent for too long", () => {
    expect(tell({ kind: "asked_all", because: "asked" }).effects).toMatchObject([{ because: "asked" }]);
    const freshness = { ...found.freshness, lastGoodMs: -100_000 };
    expect(tell({ kind: "settled" }, { freshness }, envOf()).effects).toMatchObject([{ because: "silent" }]);
    expect(tell({ kind: "settled" }).effects).toEqual([]);
  });
});
