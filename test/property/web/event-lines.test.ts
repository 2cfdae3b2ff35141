import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guestOfRecord } from "../../../src/view/record-text.ts";
import { eventLines, jsonLines } from "../../../src/web/event-lines.ts";
import type { ListedEvent } from "../../../src/web/model.ts";
import { faultRecord } from "../../support/guest-records.ts";
import { decided } from "../../support/listed-events.ts";

const happening = fc.record({
  guest: fc.constantFrom("a", "b", "*"),
  what: fc.constantFrom("lower", "at_goal", "emergency", "fault"),
  afterMs: fc.oneof({ weight: 5, arbitrary: fc.nat(60_000) }, { weight: 1, arbitrary: fc.nat(1_000_000) }),
});

/** Newest first, as the page has them. */
const anyEvents = fc.array(happening, { maxLength: 60 }).map((happenings): readonly ListedEvent[] => {
  let atMs = 0;
  const told = happenings.map(({ guest, what, afterMs }, nth): ListedEvent => {
    atMs += afterMs;
    const numbered = { seq: nth + 1, atMs };
    if (what === "fault") return { record: { ...faultRecord(guest, "late"), ...numbered }, notDone: "" };
    return decided(guest, what, numbered);
  });
  return told.reverse();
});

const seqOf = ({ record }: ListedEvent): number => record.seq;

describe("folding events", () => {
  it("loses nothing, tells nothing twice, and keeps the order", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const lines = eventLines(events);
        const all = lines.flatMap((line) => line.events);
        expect(all.map(seqOf).sort((one, other) => other - one)).toEqual(events.map(seqOf));
        const newest = lines.map((line) => seqOf(line.events[0]));
        expect(newest).toEqual([...newest].sort((one, other) => other - one));
        expect(jsonLines(lines).split("\n")).toHaveLength(events.length + 1);
      }),
    );
  });

  it("folds only decisions of one guest that took turns between two reasons, soon after each other", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        for (const line of eventLines(events)) {
          if (line.events.length === 1) continue;
          const [last] = line.events;
          const records = line.events.map(({ record }) => record);
          const guest = guestOfRecord(last.record);
          expect(records.every((record) => record.kind === "step" && guestOfRecord(record) === guest)).toBe(true);
          const reasons = records.map((record) => (record.kind === "step" ? record.decision.reason : ""));
          expect(new Set(reasons).size).toBe(2);
          expect(reasons.every((reason, nth) => nth === 0 || reason !== reasons[nth - 1])).toBe(true);
          const gaps = records.slice(1).map(({ atMs }, nth) => (records[nth]?.atMs ?? 0) - atMs);
          expect(Math.max(...gaps)).toBeLessThanOrEqual(5 * 60_000);
          // Nothing else of the guest lies between them.
          const span = events.filter(({ record }) => guestOfRecord(record) === guest).map(seqOf);
          const own = line.events.map(seqOf);
          expect(span.slice(span.indexOf(own[0] ?? 0), span.indexOf(own.at(-1) ?? 0) + 1)).toEqual(own);
        }
      }),
    );
  });
});
