import { describe, expect, it } from "vitest";
import { floorPages } from "../../../src/core/guest/floor.ts";
import { INITIAL_SHRINK_STATE, shrinkStep } from "../../../src/core/guest/selfshrink.ts";
import { TUNABLES } from "../../../src/core/tunables.ts";
import { pagesFromMib } from "../../../src/core/units.ts";
import { readProjectFile, tableRows } from "../../support/docs.ts";

const guide = readProjectFile("docs/guides/tuning.md");
const rows = tableRows(guide);
const PAGE_BYTES = 4096;

/** Steps until `share` of the distance is covered, a part of what is left at each. */
function stepsTo(share: number, divisor: number): number {
  return divisor === 1 ? 1 : Math.ceil(Math.log(1 - share) / Math.log(1 - 1 / divisor));
}

function steps(count: number): string {
  return `${count} step${count === 1 ? "" : "s"}`;
}

describe("the guide to tuning", () => {
  it.each(TUNABLES.map(({ name }) => name))("speaks of %s under a heading", (name) => {
    expect(guide).toMatch(new RegExp(`^### (.* and )?${name} `, "m"));
  });

  it.each(["1", "2", "4", "8", "16", "32"])("tells how fast a downhysteresis of %s is", (divisor) => {
    const [half, max, nearly] = [0.5, 0.9, 0.95].map((share) => stepsTo(share, Number(divisor)));
    const expected = [divisor, steps(Number(half)), `${max}`, `${nearly}`, `${Number(nearly) * 5} s`];
    expect(rows).toContainEqual(expected);
  });

  it.each([128, 256, 512, 1024, 2048, 4096, 8192, 16_384])("tells the floor of a guest of %i MiB", (mib) => {
    const floorMib = floorPages(PAGE_BYTES, 0, pagesFromMib(mib, PAGE_BYTES), 0) / pagesFromMib(1, PAGE_BYTES);
    expect(rows).toContainEqual([`${mib} MiB`, `${Math.floor(floorMib)} MiB`]);
  });

  it.each([
    [20, 3],
    [10, 3],
    [5, 1],
  ])("tells how fast a hysteresis of %i with an inertia of %i brings 1 GiB back", (hysteresis, inertia) => {
    const counts = shrinkCounts(pagesFromMib(1024, PAGE_BYTES), hysteresis, inertia);
    expect(rows).toContainEqual([`${hysteresis}, ${inertia}`, ...counts.map(steps)]);
  });
});

/** Steps until half of `storedPages` is back, and until all is. */
function shrinkCounts(storedPages: number, hysteresis: number, inertia: number): readonly number[] {
  let state = INITIAL_SHRINK_STATE;
  let pages = storedPages;
  let half = 0;
  for (let count = 1; count <= 10_000; count += 1) {
    const shrunk = shrinkStep(state, pages, { frontswap_hysteresis: hysteresis, frontswap_inertia: inertia });
    state = shrunk.state;
    pages = shrunk.targetPages ?? pages;
    if (half === 0 && pages <= storedPages / 2) half = count;
    if (pages === 0) return [half, count];
  }
  throw new Error("it is never done");
}
