import { firstModel, type Snapshot, type TopModel } from "../../src/cli/top/model.ts";
import { figuresOf } from "../../src/core/figures.ts";
import { guestStatus } from "./guest-records.ts";

export const NOON = Date.parse("2026-01-31T12:00:00");

/** What a daemon answers `top` that has these guests. */
export function topSnapshot(names: readonly string[], readings: Parameters<typeof guestStatus>[1] = {}): Snapshot {
  const guests = names.map((name) => {
    const status = guestStatus(name, readings);
    const { observation, decision } = status;
    return { ...status, figures: observation && decision && figuresOf(observation, decision) };
  });
  return { version: "1.2.3", doing: "selfballooning two guests", guests, host: null };
}

/** What `top` has before any key. */
export function topModel(names: readonly string[] = ["web2", "web10", "database"]): TopModel {
  return firstModel(topSnapshot(names), NOON);
}
