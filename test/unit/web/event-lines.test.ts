import { describe, expect, it } from "vitest";
import type { Reason } from "../../../src/core/reasons.ts";
import { ALL_EVENTS, eventLines, isChosen, jsonLines } from "../../../src/web/event-lines.ts";
import type { ListedEvent } from "../../../src/web/model.ts";
import { faultRecord } from "../../support/guest-records.ts";
import { decided } from "../../support/listed-events.ts";

const MINUTE_MS = 60_000;

/** Events a minute apart, told oldest first as `guest reason`, or `guest !` for a fault; newest first, as the page has them. */
function events(...told: readonly string[]): readonly ListedEvent[] {
  return told
    .map((text, nth): ListedEvent => {
      const [guest = "", reason = ""] = text.split(" ");
      const numbered = { seq: nth + 1, atMs: nth * MINUTE_MS };
      if (reason === "!") return { record: { ...faultRecord(guest, "late"), ...numbered }, notDone: "" };
      return decided(guest, reason as Reason, numbered);
    })
    .reverse();
}

/** The numbers of the records of each line. */
function numbers(of: readonly ListedEvent[]): readonly (readonly number[])[] {
  return eventLines(of).map((line) => line.events.map(({ record }) => record.seq));
}

describe("the lines of the list of events", () => {
  it("fold a guest that goes to and fro into one, at the place of its last time, also among others", () => {
    const told = events("a lower", "a at_goal", "b lower", "a lower", "b at_goal", "a at_goal", "b raise");
    expect(numbers(told)).toEqual([[7], [6, 4, 2, 1], [5], [3]]);
  });

  it("are one for each event where a guest only came back", () => {
    expect(numbers(events("a lower", "a at_goal", "a lower"))).toEqual([[3], [2], [1]]);
  });

  it("part where a third reason, another event or a quiet time comes between", () => {
    expect(numbers(events("a lower", "a raise", "a at_goal", "a lower", "a raise"))).toHaveLength(5);
    expect(numbers(events("a lower", "a raise", "a !", "a lower", "a raise"))).toHaveLength(5);
    const [second, first] = events("a lower", "a raise");
    const later = events("a lower", "a raise").map((event) => ({
      ...event,
      record: { ...event.record, seq: event.record.seq + 2, atMs: event.record.atMs + 7 * MINUTE_MS },
    }));
    expect(numbers([...later, ...[second, first].filter((event) => event !== undefined)])).toHaveLength(4);
  });

  it("are as grave as the gravest of their events", () => {
    const lines = eventLines(events("a emergency", "a back_off", "a emergency", "a back_off", "b lower"));
    expect(lines.map(({ severity }) => severity)).toEqual(["info", "warning"]);
  });

  it("are chosen by guest, kind and severity, all three", () => {
    const lines = eventLines(events("a lower", "b emergency", "a !", "b !"));
    const chosen = (choice: Partial<typeof ALL_EVENTS>) =>
      lines.filter((line) => isChosen(line, { ...ALL_EVENTS, ...choice })).map((line) => line.events[0].record.seq);
    expect(chosen({})).toEqual([4, 3, 2, 1]);
    expect(chosen({ guest: "b" })).toEqual([4, 2]);
    expect(chosen({ severity: "warning" })).toEqual([4, 3, 2]);
    expect(chosen({ severity: "error" })).toEqual([]);
    expect(chosen({ guest: "b", kind: "fault", severity: "notice" })).toEqual([4]);
  });

  it("become JSON lines of the records behind them, oldest first, with what they say", () => {
    const told = events("a lower", "b !", "a at_goal", "a lower", "a at_goal");
    const lines = jsonLines(eventLines(told)).trimEnd().split("\n");
    const parsed = lines.map((line) => JSON.parse(line) as object);
    expect(parsed).toMatchObject([...told].reverse().map(({ record }) => record));
    expect(parsed[1]).toMatchObject({ severity: "warning", text: "late" });
    expect(parsed[0]).toMatchObject({ severity: "info", text: expect.stringMatching(/^The guest has more than/) });
  });
});
