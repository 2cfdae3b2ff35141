import { describe, expect, it } from "vitest";
import { REASONS } from "../../../src/core/reasons.ts";
import { reasonText } from "../../../src/view/reason-text.ts";
import { observationOf } from "../../support/observations.ts";

describe("the reason of a step in words", () => {
  it("says which readings were missing", () => {
    const observation = { ...observationOf({}), committedPages: null, maxPfn: null };
    const text = reasonText({ reason: "missing" }, observation);
    expect(text).toBe(`${REASONS.missing} Missing: its committed memory, its highest page frame.`);
  });

  it("names what was wanted where the host is full: not the goal, which may be lower", () => {
    const observation = observationOf({ totalramPages: 25_600, balloonCurrentPages: 26_624 });
    const text = reasonText({ reason: "host_full" }, observation, 52_224);
    expect(text).toBe("The guest wants 200 MiB, but its host has no more to give for now.");
    expect(reasonText({ reason: "host_full" }, observation)).toBe(REASONS.host_full);
  });

  it("is the reason's own sentence otherwise", () => {
    const observation = { ...observationOf({}), committedPages: null };
    expect(reasonText({ reason: "unmanaged" }, observation)).toBe(REASONS.unmanaged);
    expect(reasonText({ reason: "missing" }, null)).toBe(REASONS.missing);
  });
});
