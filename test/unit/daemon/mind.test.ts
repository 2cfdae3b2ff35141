import { describe, expect, it } from "vitest";
import type { GuestEvent } from "../../../src/core/guest/events.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { Mind } from "../../../src/daemon/mind.ts";
import { envOf, hostEnv } from "../../support/guest-env.ts";

const SIZED: GuestEvent = { kind: "sized", size: { currentBytes: 512 * BYTES_PER_MIB, maximumBytes: 2 ** 30 } };
const env = envOf({ host: hostEnv(4096) });

function rig(isShared = true) {
  let nowMs = 100;
  const mind = new Mind("adaptive", isShared, () => nowMs);
  return { mind, wait: (ms: number) => (nowMs += ms) };
}

describe("the daemon's mind", () => {
  it("numbers what changes what is remembered, with its time", () => {
    const { mind, wait } = rig();
    expect(mind.find("a")).toEqual({ turn: 1, nowMs: 100 });
    wait(50);
    expect(mind.take("a", SIZED, env).turn).toEqual({ turn: 2, nowMs: 150 });
    expect(mind.changeRules()).toMatchObject({ turn: 3 });
    expect(mind.remove("a")).toMatchObject({ turn: 4 });
    expect(mind.next()).toEqual({ turn: 5, nowMs: 150 });
  });

  it.each<[string, GuestEvent]>([
    ["a size that is known", SIZED],
    ["a pass that ended", { kind: "ended" }],
    ["a guest that was armed", { kind: "started", laterMs: 0 }],
    [
      "a target that was taken, which its step's record says",
      { kind: "applied", balloonTargetPages: 5, pageBytes: 4096 },
    ],
  ])("gives no number to %s", (_, event) => {
    const { mind } = rig();
    mind.find("a");
    mind.take("a", SIZED, env);
    expect(mind.take("a", event, env)).toMatchObject({ turn: null, env });
    expect(mind.snapshot(null).turn).toBe(2);
  });

  it("numbers a gift though nothing else changed", () => {
    const { mind } = rig(false);
    mind.find("a");
    const gift = mind.take("a", { kind: "asked_all", because: "asked" }, envOf());
    expect(gift).toMatchObject({ turn: { turn: 2 }, effects: [{ kind: "give_all" }] });
  });

  it("keeps guests apart, and forgets one that disappeared, with its account", () => {
    const { mind } = rig();
    for (const guest of ["a", "b"]) {
      mind.find(guest);
      mind.take(guest, SIZED, env);
    }
    mind.take("a", { kind: "rose", risePages: 9, answerMs: 300 }, env);
    const { budget } = hostEnv(4096);
    expect(mind.snapshot(budget).guests.map(({ guest, state }) => [guest, state.step.guard.risePages])).toEqual([
      ["a", 9],
      ["b", 0],
    ]);
    mind.remove("a");
    const { guests, host, policy } = mind.snapshot(budget);
    expect([guests.map(({ guest }) => guest), host?.accounts.map(({ guest }) => guest)]).toEqual([["b"], ["b"]]);
    expect([policy, guests[0]?.state.step.policy]).toEqual(["adaptive", "adaptive"]);
    mind.find("b");
    expect(mind.snapshot(null).guests[0]?.state.freshness.lastGoodMs).toBe(100);
  });

  it("knows of no host where none is shared", () => {
    const { mind } = rig(false);
    mind.find("a");
    mind.take("a", SIZED, env);
    mind.remove("a");
    expect(mind.snapshot(hostEnv(4096).budget).host).toBeNull();
  });
});
