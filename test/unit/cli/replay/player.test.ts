import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Player } from "../../../../src/cli/replay/player.ts";
import type { Policy } from "../../../../src/core/policy.ts";
import { TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

/** A replay under the law alone. */
function lawAlone(...set: readonly string[]): Player {
  return new Player({ policy: "driver", isChecked: false, version: "1" }, ["guard=0", ...set]);
}

const stored = (guest: string, frontswapPages: number) => JSON.stringify(observationOf({ guest, frontswapPages }));
const frontswapTarget = (answer: string) => JSON.parse(answer).frontswapTargetPages;

describe("a replay", () => {
  it("keeps the state of each guest apart", () => {
    const replay = lawAlone("frontswap_inertia=1");
    expect(frontswapTarget(replay.answer(stored("a", 1000), 1))).toBe(null);
    expect(frontswapTarget(replay.answer(stored("b", 1000), 2))).toBe(null);
    expect(frontswapTarget(replay.answer(stored("a", 1000), 3))).toBe(950);
    expect(frontswapTarget(replay.answer(stored("b", 2000), 4))).toBe(null);
  });

  it("starts the inertia of every guest again when it is written", () => {
    const replay = lawAlone("frontswap_inertia=1");
    replay.answer(stored("a", 1000), 1);
    expect(replay.answer('{"set":{"frontswap_inertia":"2"}}', 2)).toBe('{"set":{"frontswap_inertia":"ok"}}');
    expect(frontswapTarget(replay.answer(stored("a", 1000), 3))).toBe(null);
    expect(frontswapTarget(replay.answer(stored("a", 1000), 4))).toBe(950);
  });

  it("decides by the policy that it is given", () => {
    const promised = { committedPages: 240_000, availablePages: 200_000, freePages: 190_000, refaultPages: 0 };
    const goalUnder = (policy: Policy) => {
      const player = new Player({ policy, isChecked: false, version: "1" }, []);
      return JSON.parse(player.answer(JSON.stringify(observationOf(promised)), 1)).goalPages;
    };
    expect(goalUnder("driver")).toBeGreaterThan(240_000);
    expect(goalUnder("adaptive")).toBe(50_000 + 64 * 256);
  });

  it("takes what is good of a set, one by one, as separate writes to the driver's files would be", () => {
    const answer = lawAlone().answer('{"set":{"frontswap_inertia":"0","frontswap_hysteresis":"2","x":"1"}}', 1);
    expect(JSON.parse(answer)).toEqual({
      set: { frontswap_inertia: "EINVAL", frontswap_hysteresis: "ok", x: "EINVAL" },
    });
  });

  it("answers every line or names it as bad, whatever it holds", () => {
    const names = fc.constantFrom(...TUNABLES.map(({ name }) => name), "__proto__", "toString", "");
    const set = fc.record({ set: fc.dictionary(names, fc.string()) });
    const observation = fc
      .record({ guest: fc.string(), totalramPages: fc.double(), committedPages: fc.integer(), t: fc.double() })
      .map((readings) => observationOf(readings));
    const line = fc.oneof(
      fc.json(),
      fc.string(),
      fc.oneof(set, observation).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const replay = lawAlone();
        lines.forEach((text, index) => {
          try {
            expect(JSON.parse(replay.answer(text, index + 1))).toBeTypeOf("object");
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: "ERR_RECORDING_LINE", details: { line: index + 1 } });
          }
        });
      }),
    );
  });
});
