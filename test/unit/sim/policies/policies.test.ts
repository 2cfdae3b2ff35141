import { describe, expect, it } from "vitest";
import type { Observation } from "../../../../src/core/observation.ts";
import { SIMULATED_POLICIES } from "../../../../src/sim/policies/policies.ts";
import type { PolicyRun } from "../../../../src/sim/policies/policy.ts";
import { observationOf } from "../../../support/observations.ts";
import { mib } from "../../../support/sim.ts";

interface GuestInMib {
  readonly name?: string;
  readonly has?: number;
  readonly max?: number;
  readonly free?: number;
  /** Free memory and the cache. */
  readonly available?: number;
  readonly stalledUs?: number;
}

/** A guest of 1 GiB whose kernel keeps nothing for itself. */
function guest({
  name = "g",
  has = 1024,
  max = 1024,
  free = 0,
  available = free,
  stalledUs = 0,
}: GuestInMib): Observation {
  return observationOf({
    guest: name,
    totalramPages: mib(has),
    balloonCurrentPages: mib(has),
    balloonMaxPages: mib(max),
    maxPfn: mib(max),
    totalreservePages: 0,
    freePages: mib(free),
    availablePages: mib(available),
    psiSomeTotalUs: stalledUs,
  });
}

function start(policy: string): PolicyRun {
  const found = SIMULATED_POLICIES[policy];
  if (found === undefined) throw new Error(`there is no ${policy}`);
  return found.start(() => 0);
}

/** The balloons' targets in MiB after a step. */
function stepped(
  run: PolicyRun,
  hostMib: number,
  guests: readonly GuestInMib[],
  nowMs = 0,
): readonly (number | null)[] {
  const settings = run.step({ memoryPages: mib(hostMib), isShared: false, guests: guests.map(guest) }, nowMs);
  return settings.map(({ balloonTargetPages: pages }) => (pages === null ? null : pages / 256));
}

describe("every policy", () => {
  const names = Object.keys(SIMULATED_POLICIES);

  it.each(names)("%s says what it does, in one sentence", (name) => {
    expect(SIMULATED_POLICIES[name]?.summary).toMatch(/^[A-Z].*\.$/);
  });

  it.each(names)("%s steps at a multiple of the runner's 100 ms", (name) => {
    expect((SIMULATED_POLICIES[name]?.intervalMs ?? 0) % 100).toBe(0);
  });

  it.each(names)("%s takes nothing from a guest that can't be read", (name) => {
    const booting = { ...guest({}), totalramPages: null, availablePages: null, freePages: null, psiSomeTotalUs: null };
    const run = start(name);
    for (let nowMs = 0; nowMs < 60_000; nowMs += 5000) {
      const [setting] = run.step({ memoryPages: mib(512), isShared: false, guests: [booting] }, nowMs);
      // Ours give it all that it may have, once nobody could read it for a while.
      expect([null, booting.balloonMaxPages]).toContain(setting?.balloonTargetPages);
    }
  });

  it.each(["qmemman", "mom", "proxmox", "senpai"])("%s names its source", (name) => {
    expect(SIMULATED_POLICIES[name]?.source).not.toBe("");
  });
});

describe("static", () => {
  it("never moves", () => {
    expect(stepped(start("static"), 10, [{ free: 1000 }])).toEqual([null]);
  });
});

describe("qmemman", () => {
  /** What the host has, what each guest may have, has and uses, all in MiB, and each one's target. */
  it.each([
    // Of 2048 MiB 1992 are handed out, as 520 to 260: Xen keeps 0.8 % of what was free.
    [
      "in proportion to 1.3 times what is used",
      2048,
      [
        [4096, 512, 400],
        [4096, 1024, 200],
      ],
      [1328, 664],
    ],
    // What two guests may not have goes to the third; each pass rounds down by a thousandth.
    [
      "what is above a maximum to the others",
      3072,
      [
        [512, 512, 400],
        [512, 512, 400],
        [4096, 512, 400],
      ],
      [512, 512, 1982],
    ],
    // The first pass fills one guest, the second another, and the third has what then is left.
    [
      "until nothing is left",
      4096,
      [
        [300, 300, 250],
        [1500, 500, 400],
        [4096, 500, 400],
      ],
      [300, 1500, 2220],
    ],
    [
      "200 MiB at least",
      512,
      [
        [4096, 256, 10],
        [4096, 256, 10],
      ],
      [230, 230],
    ],
  ] as const)("hands out all memory but 50 MiB: %s", (_, hostMib, guests, targets) => {
    const rows = guests.map(([max, has, used], nth) => ({ name: `g${nth}`, max, has, available: has - used }));
    const found = stepped(start("qmemman"), hostMib, rows);
    targets.forEach((target, nth) => {
      expect(Math.abs((found[nth] ?? 0) - target), `guest ${nth} has ${found[nth]}`).toBeLessThan(2);
    });
  });

  it("takes from those who have more than they prefer where the host is full, and gives none of it yet", () => {
    const guests = [
      { name: "poor", max: 4096, has: 400, available: 0 },
      { name: "rich", max: 4096, has: 624, available: 324 },
    ];
    const [poor, rich] = stepped(start("qmemman"), 910, guests);
    expect(rich).toBeCloseTo(390, 0);
    expect(poor).toBeNull();
  });

  it("does nothing while no guest reports a change of 30 MB", () => {
    const run = start("qmemman");
    stepped(run, 2048, [{ max: 4096, available: 500 }]);
    expect(stepped(run, 2048, [{ max: 4096, available: 480 }], 100)).toEqual([null]);
    expect(stepped(run, 4096, [{ max: 4096, available: 400 }], 200)).not.toEqual([null]);
  });
});

describe("mom", () => {
  /** The policy decides at every second step. */
  const decided = (hostMib: number, one: GuestInMib) => {
    const run = start("mom");
    stepped(run, hostMib, [one]);
    return stepped(run, hostMib, [one], 5000);
  };

  it("shrinks a guest by 5 % where less than a fifth of the host is free", () => {
    expect(decided(1100, { free: 600 })[0]).toBeCloseTo(0.95 * 1024, 0);
  });

  it("takes no more than leaves some of it free", () => {
    expect(decided(1100, { free: 80 })[0]).toBeCloseTo(944 + (76 / 1100) * 1024, 0);
  });

  it.each([
    ["by 5 % though it uses little", 2048, 900, 1.05 * 1024],
    ["by more where a fifth of it would not be free", 2048, 10, 1014 + 0.2 * 1024],
    ["to its maximum", 1030, 10, 1030],
  ])("lets a guest grow where a fifth of the host is free: %s", (_, max, free, target) => {
    expect(decided(4096, { max, free })[0]).toBeCloseTo(target, 0);
  });
});

describe("proxmox", () => {
  it("takes 100 MiB at the most from a guest with room where the host is more than 80 % used", () => {
    expect(stepped(start("proxmox"), 1024, [{ free: 900 }])).toEqual([924]);
  });

  it("takes from guests without room only if there is no other", () => {
    const guests = [
      { name: "full", free: 10 },
      { name: "empty", free: 900 },
    ];
    expect(stepped(start("proxmox"), 2048, guests)).toEqual([null, 924]);
    expect(stepped(start("proxmox"), 1024, [{ free: 10 }])).toEqual([924]);
  });

  it("gives to guests without room first where the host has some", () => {
    const guests = [
      { name: "full", has: 512, free: 10 },
      { name: "empty", has: 512, free: 400 },
    ];
    expect(stepped(start("proxmox"), 4096, guests)).toEqual([612, null]);
  });

  it("rests within 10 MiB of its goal", () => {
    expect(stepped(start("proxmox"), 1280, [{ free: 900 }])).toEqual([null]);
  });
});

describe("senpai", () => {
  /** Steps of one second, of which each has its share of stalls; gives the last target. */
  const targetsAfter = (stallsUs: readonly number[]) => {
    const run = start("senpai");
    let stalledUs = 0;
    return stallsUs.map((us, second) => {
      stalledUs += us;
      return stepped(run, 1024, [{ stalledUs }], second * 1000)[0] ?? null;
    });
  };

  it("goes down by a hundredth after six quiet seconds", () => {
    expect(targetsAfter([0, 0, 0, 0, 0, 0, 0])).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
      expect.closeTo(1013.8, 0),
    ]);
  });

  it("goes down by less where there is some pressure", () => {
    const [target] = targetsAfter([0, 0, 0, 5000, 0, 0, 0]).slice(-1);
    expect(target).toBeCloseTo(1024 * (1 - 0.01 * 0.04), 0);
  });

  it("goes up as the square of the pressure, at once", () => {
    const targets = targetsAfter([0, 0, 0, 0, 0, 0, 0, 100_000]);
    expect(targets.at(-1)).toBeCloseTo(1013.8 * 1.0101, -1);
    expect(targets.at(-1)).toBeGreaterThan(targets.at(-2) ?? 0);
  });
});
