import { ALL_GUESTS } from "../../../core/all-guests.ts";
import type { JournalRecord, StepRecord } from "../../../core/journal-record.ts";
import { kibFromPages } from "../../../core/units.ts";

/** What dom0 is shown of the guest: nodes below `data/selfballoon` and their values. What is not known is not there. */
export type Facts = ReadonlyMap<string, string>;

/**
 * How the guest stands after a record: what it has, what it wants and why. Sizes are in KiB as the balloon counts, so that
 * they compare with `memory/target`. Null for a record that says nothing of that.
 */
export function factsOf(record: JournalRecord): Facts | null {
  if (record.kind === "step") return factsOfStep(record);
  // A guest that could not be read or moved: old figures would look like new ones.
  return record.kind === "fault" && record.guest !== ALL_GUESTS ? new Map([["reason", record.code]]) : null;
}

function factsOfStep({ observation, decision, isPaused }: StepRecord): Facts {
  const { balloonCurrentPages, totalramPages, pageBytes } = observation;
  const { balloonTargetPages, goalPages, floorPages, reason } = decision;
  const offsetPages =
    balloonCurrentPages === null || totalramPages === null ? null : balloonCurrentPages - totalramPages;
  const onBalloon = (pages: number | null): number | null =>
    pages === null || offsetPages === null ? null : pages + offsetPages;
  const sizes: readonly (readonly [string, number | null])[] = [
    ["current_kb", balloonCurrentPages],
    ["target_kb", isPaused ? null : balloonTargetPages],
    ["goal_kb", onBalloon(goalPages)],
    ["floor_kb", onBalloon(floorPages)],
  ];
  const known = sizes.flatMap(([name, pages]): readonly (readonly [string, string])[] =>
    pages === null ? [] : [[name, String(kibFromPages(pages, pageBytes))]],
  );
  return new Map([...known, ["reason", isPaused ? "paused" : reason]]);
}
