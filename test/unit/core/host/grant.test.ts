import { describe, expect, it } from "vitest";
import type { Decision } from "../../../../src/core/decision.ts";
import { plan } from "../../../../src/core/host/planner.ts";
import type { HostState } from "../../../../src/core/host/state.ts";
import type { Reason } from "../../../../src/core/reasons.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { accountIn, hostEnv, hostOf } from "../../../support/guest-env.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;
const HAS_PAGES = 500 * MIB;
/** Its two guests have all of it. */
const { budget, terms } = hostEnv(1000);

/** What becomes of guest `a` wanting 200 MiB more, with `availableMib` available and swap. */
function wants(state: HostState, reason: Reason, availableMib: number, nowMs: number) {
  const observation = observationOf({
    ...{ guest: "a", totalramPages: HAS_PAGES, balloonCurrentPages: HAS_PAGES, balloonMaxPages: 1000 * MIB },
    ...{ availablePages: availableMib * MIB, freePages: 20 * MIB, totalreservePages: 10 * MIB },
    swapTotalPages: 500 * MIB,
  });
  const target = { targetPages: 700 * MIB, balloonTargetPages: 700 * MIB, frontswapTargetPages: null };
  const wanted: Decision = {
    ...{ t: 0, guest: "a", goalPages: 700 * MIB, floorPages: 100 * MIB, headroomPages: null, reason, clamps: [] },
    ...target,
  };
  const event = { kind: "wants", wanted, reading: { observation, notices: [] }, tunables: DEFAULT_TUNABLES } as const;
  return plan(state, event, budget, terms, nowMs);
}

const full = hostOf(accountIn("a", 500), accountIn("b", 500, { goalBytes: 0 }));

describe("a guest that a full host refuses memory", () => {
  it("has others asked to step at once where it wants more, and where it lacks memory", () => {
    expect(wants(full, "raise", 300, 5).stepSoon).toEqual(["b"]);
    expect(wants(full, "emergency", 20, 5).stepSoon).toEqual(["b"]);
  });

  it("has nobody asked where it has memory available and waits for its cache", () => {
    const { state, stepSoon } = wants(full, "emergency", 300, 5);
    expect(stepSoon).toEqual([]);
    expect(state.shortage).toMatchObject({ waiting: "a", waitingFor: "cache" });
  });

  it("keeps nobody else from asking while it lacks memory: its own asking is counted apart", () => {
    const lacking = wants(full, "emergency", 20, 5).state;
    expect(lacking.steppedSoonMs).toBeNull();
    expect(wants(lacking, "emergency", 20, 204).stepSoon).toEqual([]);
    expect(wants(lacking, "emergency", 20, 205).stepSoon).toEqual(["b"]);
    expect(wants(lacking, "raise", 300, 6).stepSoon).toEqual(["b"]);
  });

  it("is heard though another was asked for a moment before", () => {
    const asked = wants(full, "raise", 300, 5).state;
    expect(wants(asked, "raise", 300, 6).stepSoon).toEqual([]);
    expect(wants(asked, "emergency", 20, 6).stepSoon).toEqual(["b"]);
  });
});
