import { describe, expect, it } from "vitest";
import { Check } from "../../../../src/cli/replay/check.ts";
import { INITIAL_GUEST_STATE, step } from "../../../../src/core/guest/step.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const { decision } = step(INITIAL_GUEST_STATE, observationOf({}), DEFAULT_TUNABLES, 0);
const place = { line: 7, guest: "a", turn: 4 };
const check = (recordedBy = "1"): Check => new Check(3, recordedBy, "1", 0);

describe("the check of a recording", () => {
  it("counts decisions that come out again", () => {
    const checked = check();
    checked.compare(decision, { ...decision, t: 99 }, place);
    checked.compareGiven(null, null, place);
    expect(checked.checked).toBe(2);
  });

  it.each([
    { reason: "host_full" },
    { balloonTargetPages: 1 },
    { frontswapTargetPages: 5 },
    { clamps: ["floor"] },
  ] as const)("refuses a decision that differs in %j, and says where and how", (change) => {
    const [name] = Object.keys(change);
    const difference = expect.stringMatching(`^${name} was .* and is `);
    const details = expect.objectContaining({ ...place, checked: 0, difference });
    expect(() => check().compare(decision, { ...decision, ...change }, place)).toThrow(
      expect.objectContaining({ code: "ERR_REPLAY_DIFFERS", details }),
    );
  });

  it("refuses a decision that is not made again, and another gift", () => {
    const differs = expect.objectContaining({ code: "ERR_REPLAY_DIFFERS" });
    expect(() => check().compare(decision, null, place)).toThrow(differs);
    expect(() => check().compareGiven(4096, null, place)).toThrow(differs);
  });

  it("names both versions where another one recorded it", () => {
    const versions = expect.stringContaining("2 recorded it, and this is 1");
    expect(() => check("2").compare(decision, null, place)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ versions }) }),
    );
  });

  it.each([3, 5, 0])("refuses turn %i after turn 3", (turn) => {
    expect(() => check().follow(turn, 7)).toThrow(expect.objectContaining({ code: "ERR_RECORDING_INEXACT" }));
  });
});
