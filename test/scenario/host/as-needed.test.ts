import { describe, expect, it } from "vitest";
import { linesOf } from "../../../src/core/host/need.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { GUEST_MIB, HOST_MIB, playCrowdedHost } from "../../support/crowded-host.ts";
import { loadOf } from "../../support/sim.ts";

const idle = () => loadOf(() => ({ anon: 100 }));
const reading = () => loadOf(() => ({ anon: 150, cache: 500 }), { touchSeconds: 20 });
const guests = () => [idle(), idle(), reading(), reading()];
const FULL = [GUEST_MIB, GUEST_MIB, GUEST_MIB, GUEST_MIB];
const endMib = linesOf(HOST_MIB * BYTES_PER_MIB).endBytes / BYTES_PER_MIB;

const BEGINS_S = 60;
const ENDS_S = 180;
/** From one minute to three another process takes up to 1400 MiB, 100 of them a second. */
const another = (seconds: number): number =>
  seconds < BEGINS_S || seconds >= ENDS_S ? 0 : Math.min(1400, (seconds - BEGINS_S) * 100);

describe("guests that hold all they have, beside another process of their host that takes memory", () => {
  it("keep everything while the host has plenty, and give within seconds what it needs, free memory first", async () => {
    const { played, scores } = await playCrowdedHost({
      ...{ loads: guests(), otherMib: another, take: "as_needed", seconds: ENDS_S },
    });
    for (const { hasMib } of played.slice(0, BEGINS_S)) expect(hasMib).toEqual(FULL);
    expect(Math.min(...played.map(({ availableMib }) => availableMib))).toBeGreaterThan(endMib / 2);
    // Twenty seconds after the process began it has all that it wants.
    const settled = played.slice(BEGINS_S + 20);
    for (const { availableMib } of settled) expect(availableMib).toBeGreaterThan(endMib * 0.9);
    const [idleMib = 0, , readingMib = 0] = settled.at(-1)?.hasMib ?? [];
    expect(readingMib - idleMib).toBeGreaterThan(200);
    expect(scores.map(({ oomKills }) => oomKills)).toEqual([0, 0, 0, 0]);
  });

  it("leave the host without memory where nobody looks at it", async () => {
    const { played } = await playCrowdedHost({
      ...{ loads: guests(), otherMib: another, take: "as_needed", seconds: ENDS_S, isLookedAt: false },
    });
    expect(Math.min(...played.map(({ availableMib }) => availableMib))).toBeLessThan(0);
  });

  it("give without need where the host always takes", async () => {
    const { played } = await playCrowdedHost({
      ...{ loads: guests(), otherMib: another, take: "always", seconds: BEGINS_S },
    });
    expect(played.at(-1)?.hasMib[0]).toBeLessThan(GUEST_MIB / 2 + 50);
  });

  it("get it back slowly once the need is over, and not at once", async () => {
    const { played, records } = await playCrowdedHost({
      ...{ loads: guests(), otherMib: another, take: "as_needed", seconds: ENDS_S + 300 },
    });
    const hasMib = (second: number): number => played[second]?.hasMib[0] ?? Number.NaN;
    expect(hasMib(ENDS_S + 55)).toBe(hasMib(ENDS_S));
    expect(hasMib(ENDS_S + 75)).toBeGreaterThan(hasMib(ENDS_S));
    expect(hasMib(ENDS_S + 75)).toBeLessThan(hasMib(ENDS_S) + 100);
    expect(hasMib(ENDS_S + 299)).toBeGreaterThan(800);
    const told = records.flatMap((record) => (record.kind === "notice" ? [record.notice.code] : []));
    expect(told).toEqual(["host_needs", "host_has_enough"]);
  });
});

/** Fewer are a tick's rounding. */
const CHANCE_PAGES = 8;

/** What little of a cache of 500 MiB an emergency of the host may cost, to be read again. */
const LITTLE_PAGES = (0.02 * 500 * BYTES_PER_MIB) / 4096;

/** After half a minute another process takes 640 MiB at once, and the host has almost nothing left. */
const suddenly =
  (beginsS: number) =>
  (seconds: number): number =>
    seconds < beginsS ? 0 : 640;
const sudden = suddenly(30);

describe("a host that is about to run out at once", () => {
  // Guests read their caches at other moments of it.
  it.each([29, 30, 31, 32])(
    "has memory again within three seconds after second %i, at the cost of a little cache",
    async (beginsS) => {
      const { played, records, scores } = await playCrowdedHost({
        ...{ loads: guests(), otherMib: suddenly(beginsS), take: "as_needed", seconds: 90 },
      });
      expect(played[beginsS + 3]?.availableMib).toBeGreaterThan(endMib);
      const told = records.flatMap((record) => (record.kind === "notice" ? [record.notice.code] : []));
      expect(told[0]).toBe("host_emergency");
      expect(scores.map(({ oomKills }) => oomKills)).toEqual([0, 0, 0, 0]);
      expect(Math.max(...scores.map(({ worstShortagePages }) => worstShortagePages))).toBeLessThan(LITTLE_PAGES);
    },
  );

  it("is answered where it always takes, too, with all at once and not a part at a step", async () => {
    const loads = Array.from({ length: 4 }, idle);
    const { played } = await playCrowdedHost({
      ...{ loads, take: "always", seconds: 34 },
      otherMib: (s) => (s < 1 ? 0 : 640),
    });
    expect(played[5]?.hasMib[0]).toBeLessThan(700);
    const calm = await playCrowdedHost({ ...{ loads, take: "always", seconds: 6 }, otherMib: () => 0 });
    expect(calm.played[5]?.hasMib[0]).toBeGreaterThan(900);
  });

  it("makes guests short of what their kernels use without the guard", async () => {
    const loads = Array.from({ length: 4 }, () => loadOf(() => ({ anon: 20, kernel: 600 })));
    const options = { loads, otherMib: sudden, take: "as_needed", seconds: 90 } as const;
    const guarded = await playCrowdedHost(options);
    const bare = await playCrowdedHost({ ...options, guard: 0 });
    const shortPages = (run: typeof bare): number =>
      run.scores.reduce((sum, score) => sum + score.worstShortagePages, 0);
    expect(shortPages(guarded)).toBeLessThan(CHANCE_PAGES);
    expect(shortPages(bare)).toBeGreaterThan(100 * CHANCE_PAGES);
  });
});
