import { describe, expect, it } from "vitest";
import { BUDGETS, judge, pending } from "../../../bench/budgets.ts";
import { MEASUREMENTS } from "../../../bench/measurements.ts";

describe("the benchmarks", () => {
  it("measure every budget once", () => {
    const measured = MEASUREMENTS.flatMap(({ budgets }) => budgets);
    expect([...measured].sort()).toEqual(Object.keys(BUDGETS).sort());
  });

  it("judge a figure by the side of the limit that it must be on", () => {
    const figure = { value: 6, note: "" };
    expect(judge("step", figure)).toMatchObject({ ratio: 2, verdict: "over" });
    expect(judge("guestMemory", figure)).toMatchObject({ ratio: 0.75, verdict: "within" });
    expect(judge("simulator", { value: 2_000_000, note: "" })).toMatchObject({ ratio: 0.5, verdict: "within" });
    expect(judge("simulator", { value: 500_000, note: "" })).toMatchObject({ ratio: 2, verdict: "over" });
  });

  it("say why a budget can't be measured", () => {
    expect(judge("reaction", pending("no watch"))).toMatchObject({ value: null, verdict: "pending", note: "no watch" });
  });
});
