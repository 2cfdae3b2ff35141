import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vmGate } from "../rig/requirements.ts";
import { describeFigures, describeOutcome, figuresOf } from "./storm/figures.ts";
import { playStorm, type Storm } from "./storm/storm.ts";

const SEED = 1;
const LOADS = 10;

describe.skipIf(vmGate().skip)(`storms in guests with swap that are ballooned down, seed ${SEED}`, () => {
  let storm: Storm;

  beforeAll(async () => {
    storm = await playStorm({ swap: "disk", intervalS: 1, policy: "driver", seed: SEED, loads: LOADS });
  });

  afterAll(() => {
    const { outcomes, wholeMib } = storm;
    const columns = [figuresOf(outcomes, "law"), figuresOf(outcomes, "guard")];
    console.log([...outcomes.map(describeOutcome), describeFigures(columns, wholeMib)].join("\n"));
  });

  const guarded = () => storm.outcomes.filter(({ way }) => way === "guard");

  it("serve every load under the guard, with its memory intact", () => {
    expect(guarded().length).toBeGreaterThanOrEqual(LOADS);
    for (const outcome of guarded()) expect(outcome, describeOutcome(outcome)).toMatchObject({ served: true });
  });

  it("kill nothing under the guard", () => {
    expect(storm.oomKills.guard).toBe(0);
  });

  it("find the guarded guest small: its idle memory was given back", () => {
    const { ramMib } = figuresOf(storm.outcomes, "guard");
    expect(ramMib).toBeLessThan(storm.wholeMib / 2);
  });

  it("keep it short of memory for less time than the law alone does", () => {
    const [law, guard] = [figuresOf(storm.outcomes, "law"), figuresOf(storm.outcomes, "guard")];
    expect(guard.shortS).toBeLessThan(law.shortS);
  });
});
