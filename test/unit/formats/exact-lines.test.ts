import { describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/journal-record.ts";
import { DEFAULT_TUNABLES } from "../../../src/core/tunables.ts";
import { ExactLines } from "../../../src/formats/exact-lines.ts";
import { stepRecord } from "../../support/guest-records.ts";

const stepAt = (turn: number, change: Partial<StepRecord> = {}): StepRecord => ({
  ...stepRecord("a"),
  ...{ seq: 1, atMs: 0, turn },
  ...change,
});

const removed = (turn: number) =>
  ({ kind: "guest", seq: 1, atMs: 0, guest: "b", change: "removed", turn, nowMs: 0 }) as const;

/** The turns of some lines; null where a line has none. */
const turns = (lines: readonly { readonly text: string }[]): readonly (number | null)[] =>
  lines.map(({ text }) => {
    const { exact, event } = JSON.parse(text);
    return (exact ?? event).turn ?? null;
  });

describe("the lines of an exact recording", () => {
  it("come in the order in which things were decided, though they were done in another", () => {
    const lines = new ExactLines({ turn: 10 });
    expect(turns(lines.of(stepAt(12)))).toEqual([]);
    expect(turns(lines.of(removed(13)))).toEqual([]);
    expect(turns(lines.of(stepAt(11)))).toEqual([11, 12, 13]);
  });

  it("do not wait for what has no turn", () => {
    const lines = new ExactLines({ turn: 10 });
    lines.of(stepAt(12));
    const pause = { kind: "pause", seq: 1, atMs: 0, guest: "a", paused: true, released: false } as const;
    expect(turns(lines.of(pause))).toEqual([null]);
  });

  it("keep what still waits for the end", () => {
    const lines = new ExactLines({ turn: 10 });
    lines.of(stepAt(14));
    lines.of(stepAt(12));
    expect(turns(lines.rest())).toEqual([12, 14]);
    expect(lines.rest()).toEqual([]);
  });

  it("give up what is missing, once very much waits for it", () => {
    const lines = new ExactLines({ turn: 0 });
    let written = 0;
    for (let turn = 2; turn < 16_500; turn += 1) written += lines.of(removed(turn)).length;
    expect(written).toBe(16_500 - 2);
  });

  it("tell of a target that was decided before the recording began only that it was taken", () => {
    const lines = new ExactLines({ turn: 10 });
    const [line, ...others] = lines.of(stepAt(10));
    const { balloonTargetPages } = stepAt(10).decision;
    expect(JSON.parse(line?.text ?? "")).toEqual({
      event: { kind: "applied", guest: "a", balloonTargetPages, pageBytes: 4096 },
    });
    expect(others).toEqual([]);
    expect(lines.of(stepAt(9, { applied: false }))).toEqual([]);
  });

  it("say what a decision depended on where that is other than at the guest's line before", () => {
    const lines = new ExactLines({ turn: 0 });
    const tunables = { ...DEFAULT_TUNABLES, guard_headroom_mb: 99 };
    const envs = [stepAt(1), stepAt(2, { tunables }), stepAt(3, { tunables }), stepAt(4, { tunables, isPaused: true })]
      .flatMap((record) => lines.of(record))
      .map(({ text }) => JSON.parse(text).exact.env);
    expect(envs).toEqual([undefined, { tunables: { guard_headroom_mb: 99 } }, undefined, { isPaused: true }]);
  });
});
