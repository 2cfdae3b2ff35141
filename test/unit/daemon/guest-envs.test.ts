import { describe, expect, it } from "vitest";
import { type Controls, changeHands, firstControls } from "../../../src/core/controls/controls.ts";
import { NO_LIMITS } from "../../../src/core/limits.ts";
import { createSettings } from "../../../src/core/settings.ts";
import { GuestEnvs } from "../../../src/daemon/guest-envs.ts";

const configured = (guardHeadroomMb = 64): Controls =>
  firstControls({
    settings: createSettings({ hasCompressedSwap: true, defaults: { guard_headroom_mb: guardHeadroomMb } }),
    sources: {},
    guestTunables: (guest) => (guest === "a" ? { frontswap_inertia: 9 } : {}),
  });
const rules = (memoryBytes: number) => ({
  budget: { memoryBytes, reserveBytes: 0 },
  terms: (guest: string) => ({ ...NO_LIMITS, isManaged: guest === "a" }),
});

describe("what guests' decisions depend on", () => {
  it("is each guest's own: tunables, terms, reserve", () => {
    const envs = new GuestEnvs({ isDryRun: true, without: new Set(["stuck"]) }, configured(), rules(9));
    const [a, b] = [envs.of("a", 44), envs.of("b", 55)];
    expect(a).toMatchObject({
      ...{ isDryRun: true, isPaused: false, hasCompressedSwap: true },
      ...{ host: { budget: { memoryBytes: 9 }, terms: { isManaged: true } }, without: new Set(["stuck"]) },
    });
    expect(b.host?.terms.isManaged).toBe(false);
    expect([a.tunables.frontswap_inertia, b.tunables.frontswap_inertia]).toEqual([9, 3]);
    expect([a.tunables.selfballoon_reserved_mb, b.tunables.selfballoon_reserved_mb]).toEqual([44, 55]);
    expect(new GuestEnvs({ isDryRun: false }, configured(), null).of("a", 0).host).toBeNull();
  });

  it("is kept until something changes", () => {
    const envs = new GuestEnvs({ isDryRun: false }, configured(), rules(9));
    const first = envs.of("a", 44);
    envs.watched = 0;
    expect(envs.of("a", 44)).toBe(first);
    expect(envs.of("a", 45).tunables.selfballoon_reserved_mb).toBe(45);
    envs.configure(configured(100), rules(10));
    expect(envs.of("a", 45)).toMatchObject({
      tunables: { guard_headroom_mb: 100 },
      host: { budget: { memoryBytes: 10 } },
    });
    envs.watched = 2000;
    expect([envs.watched, envs.of("a", 45).tunables.guard_watch_ms]).toEqual([2000, 2000]);
  });

  it("knows a guest that is paused or released by its name, also when it has been away", () => {
    const envs = new GuestEnvs({ isDryRun: false }, configured(), null);
    const hand = (guest: string) => {
      const { isPaused, isReleased, tunables } = envs.of(guest, 0);
      return { isPaused, isReleased, selfballooning: tunables.selfballooning };
    };
    const managed = { isPaused: false, isReleased: false, selfballooning: 1 };
    envs.configure(changeHands(configured(), ["a"], "paused").controls, null);
    envs.forget("a");
    expect([hand("a"), hand("b")]).toEqual([{ ...managed, isPaused: true }, managed]);
    envs.configure(changeHands(configured(), ["a"], "released").controls, null);
    expect([hand("a"), hand("b")]).toEqual([{ isPaused: false, isReleased: true, selfballooning: 0 }, managed]);
  });
});
