import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/core/decision.ts";
import type { Observation } from "../../../src/core/observation.ts";
import {
  formatDecision,
  formatObservation,
  formatSet,
  formatSetAnswer,
} from "../../../src/formats/recording-writer.ts";

/** Written in an order other than the format's, so that the order seen is the writer's. */
const OBSERVATION: Observation = {
  allocStalls: null,
  oomKills: 0,
  swapOutPages: null,
  swapInPages: null,
  refaultPages: null,
  psiFullTotalUs: null,
  psiSomeTotalUs: null,
  freePages: null,
  swapTotalPages: null,
  availablePages: 50,
  balloonMaxPages: null,
  balloonCurrentPages: null,
  maxPfn: 262_144,
  frontswapPages: null,
  totalreservePages: 1412,
  committedPages: 252,
  totalramPages: 114_011,
  pageBytes: 4096,
  guest: "web\n1",
  t: 1.5,
};

describe("the lines of a recording", () => {
  it("write an observation in the format's order, the needed readings even when null, the optional ones only if there", () => {
    expect(formatObservation(OBSERVATION)).toBe(
      '{"t":1.5,"guest":"web\\n1","pageBytes":4096,"totalramPages":114011,"committedPages":252,' +
        '"totalreservePages":1412,"frontswapPages":null,"maxPfn":262144,"balloonCurrentPages":null,' +
        '"availablePages":50,"oomKills":0}',
    );
  });

  it("write no field that an observation does not have", () => {
    const more = { ...OBSERVATION, secret: 1 };
    expect(formatObservation(more)).not.toContain("secret");
  });

  it("write a set and its answer", () => {
    expect(formatSet({ guard: "0\n", selfballooning: "1" })).toBe('{"set":{"guard":"0\\n","selfballooning":"1"}}');
    expect(formatSetAnswer({ guard: "ok", selfballoon_interval: "EINVAL", selfballooning: "EPERM" })).toBe(
      '{"set":{"guard":"ok","selfballoon_interval":"EINVAL","selfballooning":"EPERM"}}',
    );
  });

  it("write exactly the nine fields of a decision that outsiders rely on, in their order", () => {
    const decision: Decision = {
      clamps: ["floor", "maximum"],
      reason: "lower",
      headroomPages: 16_384,
      frontswapTargetPages: null,
      balloonTargetPages: 128_000,
      targetPages: 110_000,
      floorPages: 30_000,
      goalPages: 80_000,
      guest: "web",
      t: 5,
    };
    expect(formatDecision(decision)).toBe(
      '{"t":5,"guest":"web","goalPages":80000,"floorPages":30000,"targetPages":110000,"balloonTargetPages":128000,' +
        '"frontswapTargetPages":null,"reason":"lower","clamps":["floor","maximum"]}',
    );
  });
});
