import { describe, expect, it } from "vitest";
import { SIMULATED_POLICIES } from "../../../../src/sim/policies/policies.ts";
import { guestInMib, startPolicy, stepInMib } from "../../../support/peers.ts";
import { mib } from "../../../support/sim.ts";

describe("every policy", () => {
  const names = Object.keys(SIMULATED_POLICIES);

  it.each(names)("%s says what it does, in one sentence", (name) => {
    expect(SIMULATED_POLICIES[name]?.summary).toMatch(/^[A-Z].*\.$/);
  });

  it.each(names)("%s steps at a multiple of the runner's 100 ms", (name) => {
    expect((SIMULATED_POLICIES[name]?.intervalMs ?? 0) % 100).toBe(0);
  });

  it.each(names)("%s takes nothing from a guest that can't be read", (name) => {
    const missing = { totalramPages: null, availablePages: null, freePages: null, psiSomeTotalUs: null };
    const booting = { ...guestInMib({}), ...missing };
    const run = startPolicy(name);
    for (let nowMs = 0; nowMs < 60_000; nowMs += 5000) {
      const [setting] = run.step({ memoryPages: mib(512), isShared: false, guests: [booting] }, nowMs);
      // Ours give it all that it may have, once nobody could read it for a while.
      expect([null, booting.balloonMaxPages]).toContain(setting?.balloonTargetPages);
    }
  });

  it.each(["qmemman", "mom", "proxmox", "senpai", "oomd"])("%s names its source", (name) => {
    expect(SIMULATED_POLICIES[name]?.source).not.toBe("");
  });
});

describe("static", () => {
  it("never moves", () => {
    expect(stepInMib(startPolicy("static"), 10, [{ free: 1000 }])).toEqual([null]);
  });
});
