import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { counterRatios, describeErrors, levelErrors } from "./errors.ts";
import { readPlayed } from "./played.ts";
import { replayInModel } from "./replay-in-model.ts";

const played = readPlayed();
const model = replayInModel(played);
const errors = levelErrors(played.moments, model);
const ratios = counterRatios(played.moments, model);

/** The mean error that each reading may have, as a share of the reading. */
const MEAN_SHARES: Readonly<Record<string, number>> = {
  "RAM (MemTotal)": 0.02,
  Committed_AS: 0.25,
  MemAvailable: 0.1,
  MemFree: 0.1,
  Cached: 0.15,
  "in swap": 0.25,
};

/** What each counter may come to in the model, over what it came to in the real guest. */
const RATIOS: Readonly<Record<string, readonly [min: number, max: number]>> = {
  "refaults, pages": [0.75, 1.25],
  "read from swap, pages": [0.6, 1.6],
  "written to swap, pages": [0.75, 1.25],
  "PSI some, us": [0.4, 1.25],
  "PSI full, us": [0.25, 1.25],
};

describe("the simulated kernel beside a real guest that did the same", () => {
  it.each(errors)("is near enough in $reading, observation by observation", ({ reading, meanShare }) => {
    expect(meanShare).toBeLessThan(MEAN_SHARES[reading] ?? 0);
  });

  it.each(Object.entries(ratios))("counts about as many %s", (counter, ratio) => {
    const [min, max] = RATIOS[counter] ?? [1, 1];
    expect(ratio).toBeGreaterThan(min);
    expect(ratio).toBeLessThan(max);
  });

  it("is compared in the guide with these very figures", () => {
    const guide = readFileSync(new URL("../../../docs/guides/simulator.md", import.meta.url), "utf8");
    expect(guide).toContain(describeErrors(errors, ratios));
  });
});
