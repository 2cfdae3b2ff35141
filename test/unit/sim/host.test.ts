import { describe, expect, it } from "vitest";
import { createSimHost, type GuestSpec } from "../../../src/sim/host.ts";
import { MISBEHAVIOURS, type Misbehaviour, type MisbehaviourKind } from "../../../src/sim/misbehaviour.ts";
import { createWorkload } from "../../../src/sim/workloads.ts";
import { loadOf, mib } from "../../support/sim.ts";

const guest = (spec: Partial<GuestSpec> = {}): GuestSpec => ({
  name: "g",
  maximumMib: 512,
  loads: [loadOf((s) => ({ anon: 50 + (s % 10) }))],
  ...spec,
});

describe("a simulated host", () => {
  it("gives the same bytes for the same seed and calls, and others for another seed", () => {
    const play = (seed: number): string => {
      const loads = [createWorkload("web", { seed, sizeMib: 400, periodSeconds: 60 })];
      const host = createSimHost({ guests: [guest({ loads, zramMib: 200 }), guest({ name: "h", loads })] });
      const lines: string[] = [];
      for (let second = 0; second < 90; second += 1) {
        host.advance(1000);
        for (const name of host.guests()) lines.push(JSON.stringify(host.observe(name)));
        host.setTarget("g", mib(300 - second));
      }
      return [...lines, JSON.stringify(host.score("g"))].join("\n");
    };
    expect(play(7)).toBe(play(7));
    expect(play(7)).not.toBe(play(8));
  });

  it("passes time in whole ticks, however the calls are cut", () => {
    const whole = createSimHost({ guests: [guest()] });
    const pieces = createSimHost({ guests: [guest()] });
    whole.advance(999);
    for (let count = 0; count < 333; count += 1) pieces.advance(3);
    expect(whole.nowMs()).toBe(990);
    expect(pieces.observe("g")).toEqual(whole.observe("g"));
  });

  it("knows no guest that it was not given", () => {
    const host = createSimHost({ guests: [guest()] });
    expect(() => host.observe("x")).toThrow(expect.objectContaining({ code: "ERR_GUEST_UNKNOWN" }));
  });

  it("reboots a guest that panicked, and keeps its score", () => {
    const host = createSimHost({
      guests: [guest({ maximumMib: 256, loads: [loadOf((_, age) => ({ anon: Math.min(100, 50 * age) + age }))] })],
    });
    host.advance(2000);
    host.setTarget("g", mib(10));
    host.advance(20_000);
    expect(host.score("g").oomKills).toBeGreaterThan(0);
    expect(host.score("g")).toMatchObject({ reboots: 1, moves: 1 });
  });
});

describe("a misbehaving guest", () => {
  const play = (kind: MisbehaviourKind, during: Partial<Misbehaviour> = {}) => {
    const host = createSimHost({
      guests: [guest({ misbehaviours: [{ kind, fromSeconds: 5, untilSeconds: 20, ...during }] })],
    });
    host.advance(4990);
    const before = host.observe("g");
    return { host, before };
  };
  const currentAfter = (kind: MisbehaviourKind, ms: number): number | null => {
    const { host } = play(kind);
    host.advance(10);
    host.setTarget("g", mib(312));
    host.advance(ms);
    return host.observe("g").balloonCurrentPages;
  };

  it("stuck: the balloon does not move, and does so once the time is over", () => {
    expect(currentAfter("stuck", 10_000)).toBe(mib(512));
    expect(currentAfter("stuck", 16_000)).toBe(mib(312));
  });

  it("sticky: the balloon moves a twentieth of the way for each new target", () => {
    expect(currentAfter("sticky", 10_000)).toBe(mib(502));
  });

  it("slow: the balloon moves at a fiftieth of its speed", () => {
    const movedMib = (mib(512) - (currentAfter("slow", 5000) ?? 0)) / mib(1);
    expect(movedMib).toBeGreaterThan(45);
    expect(movedMib).toBeLessThan(55);
  });

  it("lying: what it says can't be, what the balloon says is true", () => {
    const { host, before } = play("lying");
    host.advance(1000);
    const said = host.observe("g");
    expect(said.availablePages ?? 0).toBeGreaterThan(said.totalramPages ?? 0);
    expect(said.committedPages).toBe(0);
    expect(said.balloonCurrentPages).toBe(before.balloonCurrentPages);
  });

  it("frozen: figures and their time stay, the balloon's own figure does not", () => {
    const { host, before } = play("frozen");
    host.advance(10);
    host.setTarget("g", mib(312));
    host.advance(5000);
    expect(host.observe("g")).toEqual({ ...before, balloonCurrentPages: mib(312) });
    host.advance(15_000);
    expect(host.observe("g").t).toBe(25);
  });

  it("vanishing: it is neither listed nor read, and then it is back", () => {
    const { host } = play("vanishing");
    host.advance(1000);
    expect(host.guests()).toEqual([]);
    expect(() => host.observe("g")).toThrow(expect.objectContaining({ code: "ERR_GUEST_UNKNOWN" }));
    host.advance(15_000);
    expect(host.guests()).toEqual(["g"]);
  });

  it("rebooting: for 2 s nothing can be read but the balloon, and it starts again", () => {
    const { host, before } = play("rebooting", { untilSeconds: 6 });
    host.advance(1000);
    expect(host.observe("g")).toMatchObject({ committedPages: null, availablePages: null });
    expect(host.observe("g").balloonCurrentPages).toBe(before.balloonCurrentPages);
    host.advance(3000);
    expect(host.observe("g").committedPages).not.toBeNull();
    expect(host.score("g").reboots).toBe(1);
  });

  it("of every kind there is, is seen in what the host observes", () => {
    for (const kind of Object.keys(MISBEHAVIOURS) as MisbehaviourKind[]) {
      const seen = (misbehaviours: readonly Misbehaviour[]): string => {
        const host = createSimHost({ guests: [guest({ misbehaviours })] });
        host.advance(5000);
        if (host.guests().length > 0) host.setTarget("g", mib(400));
        host.advance(1000);
        return JSON.stringify(host.guests().map((name) => host.observe(name)));
      };
      expect(seen([{ kind, fromSeconds: 5 }]), kind).not.toBe(seen([]));
    }
  });
});
