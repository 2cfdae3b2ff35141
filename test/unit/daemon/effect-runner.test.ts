import { describe, expect, it } from "vitest";
import type { GuestEnv, GuestEvent } from "../../../src/core/guest/events.ts";
import { EffectRunner } from "../../../src/daemon/effect-runner.ts";
import { GuestCalls } from "../../../src/daemon/guest-calls.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { Mind } from "../../../src/daemon/mind.ts";
import { envOf, hostEnv } from "../../support/guest-env.ts";
import { observationOf } from "../../support/observations.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const OBSERVED: GuestEvent = {
  kind: "observed",
  reading: { observation: observationOf({ guest: "a" }), notices: [] },
  cause: "interval",
  isAgain: true,
};

/** The real runner of effects with a real core, and what it was asked to arm and to hurry. */
function rig(env: GuestEnv = envOf({}, { selfballoon_reserved_mb: 1 })) {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend("a");
  const journal = new Journal(100, () => clock.wallMs());
  const mind = new Mind("driver", env.host !== null, () => clock.nowMs());
  mind.find("a");
  const asked: string[] = [];
  const effects = new EffectRunner({
    guest: "a",
    mind,
    journal,
    calls: new GuestCalls("a", { backend, clock, journal }),
    shrinkJob: null,
    nowMs: () => clock.nowMs(),
    env: () => env,
    arm: (delayMs) => asked.push(`arm ${delayMs}`),
    answerShortage: () => asked.push("answer"),
    stepSoon: (guests) => asked.push(`soon ${guests.join()}`),
  });
  const states = () => mind.snapshot(env.host?.budget ?? null).guests.map(({ state }) => state);
  return { clock, backend, journal, effects, asked, states };
}

describe("the runner of effects", () => {
  it("does nothing before it is told to", () => {
    const { backend, journal, effects } = rig();
    expect(effects.take(OBSERVED).effects).toMatchObject([{ kind: "decided" }]);
    expect(backend.targets).toEqual([]);
    expect(journal.after(0)).toEqual([]);
  });

  it("hands the target to the balloon, and records a step as done once it was taken", async () => {
    const { clock, backend, journal, effects, states } = rig();
    await clock.advance(40);
    await effects.carryOut(effects.take(OBSERVED), 10);
    expect(backend.targets).toEqual([{ guest: "a", pages: 237_351 }]);
    expect(journal.after(0)).toMatchObject([
      { kind: "step", applied: true, cause: "interval", durationMs: 30, turn: 2, decision: { reason: "lower" } },
    ]);
    expect(effects.last).toBe(journal.after(0)[0]);
    expect(states()).toMatchObject([{ askedPages: 237_351, owes: true }]);
  });

  it("records a step as not done whose target was refused, and throws what refused it", async () => {
    const { backend, journal, effects, states } = rig();
    backend.apply = async () => {
      throw new Error("the balloon is gone");
    };
    await expect(effects.carryOut(effects.take(OBSERVED), 0)).rejects.toThrow("the balloon is gone");
    expect(journal.after(0)).toMatchObject([
      { kind: "step", applied: false, decision: { balloonTargetPages: 237_351 } },
    ]);
    expect(states()).toMatchObject([{ last: { targetPages: null } }]);
  });

  it("moves nothing in a dry run, and says so", async () => {
    const { backend, journal, effects } = rig(envOf({ isDryRun: true }, { selfballoon_reserved_mb: 1 }));
    await effects.carryOut(effects.take(OBSERVED), 0);
    expect(backend.targets).toEqual([]);
    expect(journal.after(0)).toMatchObject([{ kind: "step", applied: false, decision: { reason: "lower" } }]);
  });

  it("arms the guest as long as the core says", () => {
    const { effects, asked } = rig();
    effects.carryOutNow(effects.take({ kind: "started", laterMs: 250 }));
    expect(asked).toEqual(["arm 5250"]);
  });

  it("answers a shortage that the watch saw, at once", async () => {
    const { effects, asked } = rig();
    await effects.carryOut(effects.take(OBSERVED), 0);
    effects.carryOutNow(effects.take({ kind: "sampled", sample: { availablePages: 10, totalramPages: 225_207 } }));
    expect(asked).toEqual(["answer"]);
  });

  it("reads a guest's size on a shared host, and records it once", async () => {
    const { journal, effects } = rig(envOf({ host: hostEnv(4096, { weight: 3 }) }));
    await effects.readSize();
    await effects.readSize();
    expect(journal.after(0)).toMatchObject([
      { kind: "size", guest: "a", currentBytes: 2 ** 30, maximumBytes: 2 ** 30, unballoonedBytes: 0, weight: 3 },
    ]);
  });

  it("leaves a size that can't be told to the next reading", async () => {
    const { backend, journal, effects, clock } = rig(envOf({ host: hostEnv(4096) }));
    backend.size = () => new Promise(() => {});
    const read = effects.readSize();
    await clock.advance(3000);
    await read;
    expect(journal.after(0)).toEqual([]);
  });

  it("gives everything back and records that it was done", async () => {
    const { backend, journal, effects, states } = rig();
    await effects.carryOut(effects.take(OBSERVED), 0);
    await effects.carryOut(effects.take({ kind: "asked_all", because: "asked" }), 0);
    expect(backend.targets.at(-1)).toEqual({ guest: "a", pages: "full" });
    expect(journal.after(1)).toMatchObject([{ kind: "give", guest: "a", because: "asked", isAll: true, isDone: true }]);
    expect(states()).toMatchObject([{ owes: false }]);
  });

  it("never tells a gift as done that failed", async () => {
    const { backend, journal, effects, states } = rig();
    await effects.carryOut(effects.take(OBSERVED), 0);
    backend.faults.set("a", "fault");
    await expect(effects.carryOut(effects.take({ kind: "asked_all", because: "asked" }), 0)).rejects.toMatchObject({
      code: "ERR_DEADLINE",
    });
    expect(journal.after(1)).toMatchObject([{ kind: "give", isDone: false }]);
    expect(states()).toMatchObject([{ owes: true }]);
  });

  it("records a rise of demand that the watch saw", () => {
    const { journal, effects } = rig();
    for (const availablePages of [100_000, 50_000]) {
      effects.carryOutNow(effects.take({ kind: "sampled", sample: { availablePages, totalramPages: 250_000 } }));
    }
    expect(journal.after(0)).toMatchObject([{ kind: "rise", guest: "a", risePages: 50_000, answerMs: 300 }]);
  });
});
