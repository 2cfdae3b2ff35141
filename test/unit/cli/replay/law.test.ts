import { describe, expect, it } from "vitest";
import { LawReplay } from "../../../../src/cli/replay/law.ts";
import { INITIAL_GUEST_STATE, step } from "../../../../src/core/guest/step.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

describe("the law over a recording", () => {
  it("decides on each observation as a step does, by the observation's own time", () => {
    const law = new LawReplay("driver");
    const first = observationOf({ t: 1, availablePages: 100_000 });
    const second = observationOf({ t: 6, totalramPages: 200_000, availablePages: 1000 });
    const stepped = step(INITIAL_GUEST_STATE, first, DEFAULT_TUNABLES, 1000);
    expect(law.step(first, 1)).toEqual(stepped.decision);
    expect(law.step(second, 2)).toEqual(step(stepped.state, second, DEFAULT_TUNABLES, 6000).decision);
  });

  it("remembers each guest for itself", () => {
    const law = new LawReplay("driver");
    const shrinking = (guest: string, t: number) =>
      law.step(observationOf({ t, guest, frontswapPages: 5000 }), t).frontswapTargetPages;
    const alone = [1, 2, 3, 4, 5, 6].map((t) => shrinking("a", t));
    const beside = [1, 2, 3, 4, 5, 6].map((t) => shrinking("b", t));
    expect(beside).toEqual(alone);
    expect(new Set(alone).size).toBeGreaterThan(1);
  });

  it("answers each write as the driver's files do, and keeps what was taken", () => {
    const law = new LawReplay("driver");
    expect(law.write({ guard: "0", frontswap_inertia: "0", nonsense: "1" })).toEqual({
      ...{ guard: "ok", frontswap_inertia: "EINVAL", nonsense: "EINVAL" },
    });
    law.set("selfballoon_interval=7");
    expect(law.overrides).toEqual({ selfballoon_interval: 7 });
    expect(law.reset(["guard", "nonsense"])).toEqual({ guard: "ok", nonsense: "EINVAL" });
    law.set("guard=1");
    expect(law.overrides).toEqual({ selfballoon_interval: 7, guard: 1 });
  });

  it("refuses on the command line what no write takes", () => {
    const law = new LawReplay("driver");
    expect(() => law.set("gard=1")).toThrow(expect.objectContaining({ code: "ERR_TUNABLE_UNKNOWN" }));
    expect(() => law.set("guard=2")).toThrow(expect.objectContaining({ code: "ERR_TUNABLE_INVALID" }));
    expect(law.overrides).toEqual({});
  });
});
