import { describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/journal-record.ts";
import { DEFAULT_TUNABLES, type Tunables } from "../../../src/core/tunables.ts";
import { HistoryLines } from "../../../src/formats/history-lines.ts";
import { parseRecordingLine } from "../../../src/formats/recording.ts";
import { stepRecord } from "../../support/guest-records.ts";

const record = (
  guest: string,
  atS: number,
  readings: Parameters<typeof stepRecord>[1] = {},
  tunables: Tunables = DEFAULT_TUNABLES,
): StepRecord => ({ ...stepRecord(guest, readings), seq: 1, atMs: atS * 1000, tunables });

/** What the lines say, in short. */
function said(lines: readonly string[]): readonly unknown[] {
  return lines.map((text) => {
    const line = parseRecordingLine(text, 1);
    if (line.kind !== "observation") return line;
    const { step } = line;
    return [line.observation.guest, step?.atMs, step?.gap, step?.moves];
  });
}

describe("the lines of a history", () => {
  it("hold what was decided, and tell that nothing was known before a guest's first step", () => {
    const lines = new HistoryLines();
    expect(said(lines.of(record("a", 5)))).toEqual([["a", 5000, true, 1]]);
    expect(said(lines.of(record("a", 10)))).toEqual([["a", 10_000, false, 1]]);
    const [text = ""] = lines.of(record("b", 10));
    expect(parseRecordingLine(text, 1)).toEqual({
      kind: "observation",
      observation: record("b", 10).observation,
      // What only explains a decision is not kept.
      step: { atMs: 10_000, gap: true, moves: 1, decision: { ...record("b", 10).decision, headroomPages: null } },
    });
  });

  it("tell a gap after a silence of more than three intervals", () => {
    const lines = new HistoryLines();
    lines.of(record("a", 5));
    expect(said(lines.of(record("a", 25)))).toEqual([["a", 25_000, false, 1]]);
    expect(said(lines.of(record("a", 46)))).toEqual([["a", 46_000, true, 1]]);
    const slow = { ...DEFAULT_TUNABLES, selfballoon_interval: 60 };
    expect(said(lines.of(record("a", 200, {}, slow))).at(-1)).toEqual(["a", 200_000, false, 1]);
  });

  it("write tunables before the step that was decided by them, and again where a recording begins", () => {
    const lines = new HistoryLines();
    const own = { ...DEFAULT_TUNABLES, selfballoon_reserved_mb: 99 };
    lines.of(record("a", 5, {}, own));
    expect(said(lines.of(record("b", 5)))).toEqual([
      { kind: "reset", reset: ["selfballoon_reserved_mb"] },
      ["b", 5000, true, 1],
    ]);
    lines.of({ kind: "tunables", seq: 1, atMs: 0, turn: 1, nowMs: 0, values: { guard: 0 } });
    expect(said(lines.restart())).toEqual([{ kind: "set", set: { guard: "0" } }]);
  });

  it("leave out steps that tell nothing new while the last line is young, and count the moves on", () => {
    const lines = new HistoryLines();
    const spacingMs = 60_000;
    lines.of(record("a", 5), spacingMs);
    expect(lines.of(record("a", 10), spacingMs)).toEqual([]);
    expect(lines.of(record("a", 15, { totalramPages: 249_000 }), spacingMs)).toEqual([]);
    expect(said(lines.of(record("a", 20, { totalramPages: 200_000 }), spacingMs))).toEqual([["a", 20_000, false, 3]]);
    expect(lines.of(record("a", 25, { totalramPages: 200_000 }), spacingMs)).toEqual([]);
    expect(said(lines.of(record("a", 30, { totalramPages: 200_000, oomKills: 1 }), spacingMs))).toHaveLength(1);
    expect(said(lines.of(record("a", 45, { totalramPages: 200_000, oomKills: 1 }), spacingMs))).toEqual([]);
    for (const atS of [50, 65, 80]) lines.of(record("a", atS, { totalramPages: 200_000, oomKills: 1 }), spacingMs);
    expect(said(lines.of(record("a", 95, { totalramPages: 200_000, oomKills: 1 }), spacingMs))).toHaveLength(1);
  });

  it("remember a bounded number of guests", () => {
    const lines = new HistoryLines();
    for (let nth = 0; nth < 8300; nth += 1) lines.of(record(`g${nth}`, 5));
    expect(lines.guestCount).toBe(8192);
  });

  it("have none for a fault or a pause", () => {
    const lines = new HistoryLines();
    expect(lines.of({ kind: "pause", seq: 1, atMs: 0, guest: "a", paused: true, released: false })).toEqual([]);
  });
});
