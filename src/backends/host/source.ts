import type { SelfballoonError } from "../../core/errors.ts";
import type { Notice } from "../../core/notices.ts";
import type { GuestReadings } from "./agent-readings.ts";
import type { BalloonState } from "./balloon-state.ts";
import { type BalloonStatistics, heldReadings, NO_STATISTICS, statisticsReadings } from "./statistics.ts";

/** What it means that a guest's agent has nothing to say. */
export type Silence =
  /** It has not answered since the guest started, may not read files, or runs on no Linux: there is the weaker source. */
  | { readonly kind: "absent" }
  /** It answered before and no longer does: what the guest needs is unknown. */
  | { readonly kind: "lost" };

/** What came of asking a guest's agent. */
export type AgentAnswer = AgentReadings | Silence | Nonsense;

/** It said what can't be. */
export interface Nonsense {
  readonly kind: "nonsense";
  readonly error: SelfballoonError;
}

/** What a guest's agent has read. */
export interface AgentReadings {
  readonly kind: "readings";
  readonly readings: GuestReadings;
  /** How many page faults its kernel has counted since it started; null if it does not say. */
  readonly pageFaults: number | null;
}

/** The balloon's statistics, and for how long they have stood still (null: there are none). */
export interface AgedStatistics {
  readonly statistics: BalloonStatistics;
  readonly ageMs: number | null;
  /** How often they should be updated. */
  readonly periodMs: number;
}

/** Where a guest's readings come from. */
export type Source = "agent" | "agent_lost" | "agent_nonsense" | "statistics" | "statistics_frozen";

/** What a guest is looked at by between readings, where they come from this source; null: there is nothing to look at. */
export const WATCHED_BY: Readonly<Record<Source, "agent" | "statistics" | null>> = {
  agent: "agent",
  agent_lost: null,
  agent_nonsense: "statistics",
  statistics: "statistics",
  statistics_frozen: null,
};

/** The agent was told to be of no use. */
const DISTRUSTED: ReadonlySet<Source> = new Set(["agent_lost", "agent_nonsense"]);

/** Statistics count as frozen after so many missed updates, but not before the shortest time. */
const FROZEN_PERIODS = 3;
const FROZEN_MS = 5000;

/** What was chosen, and for how long the statistics had stood still, if they were asked. */
export interface ChosenReadings {
  readonly source: Source;
  readonly readings: GuestReadings;
  readonly statisticsAgeMs: number | null;
}

/**
 * The best readings there are: the agent's; the statistics' if there never was an agent, or what it says can't be; else none, because a guest
 * whose agent was lost may be in trouble, and an estimate would hide it. The statistics are read only if they are needed.
 * @throws what `readStatistics` throws, and what the agent's nonsense is where there are no statistics.
 */
export async function chooseReadings(
  answer: AgentAnswer,
  readStatistics: () => Promise<AgedStatistics>,
  balloon: BalloonState,
): Promise<ChosenReadings> {
  if (answer.kind === "readings") return { source: "agent", readings: answer.readings, statisticsAgeMs: null };
  const { statistics: said, ageMs: statisticsAgeMs, periodMs } = await readStatistics();
  const fresh = statisticsAgeMs !== null && statisticsAgeMs <= Math.max(FROZEN_MS, FROZEN_PERIODS * periodMs);
  const statistics = fresh ? said : NO_STATISTICS;
  const held = { readings: heldReadings(statistics, balloon), statisticsAgeMs };
  if (answer.kind === "lost") return { source: "agent_lost", ...held };
  if (!fresh && answer.kind === "nonsense") throw answer.error;
  if (!fresh) return { source: "statistics_frozen", ...held };
  const source = answer.kind === "nonsense" ? "agent_nonsense" : "statistics";
  return { source, readings: statisticsReadings(statistics, balloon), statisticsAgeMs };
}

/** What is worth telling when a guest's readings come from another source than before. */
export function sourceNotices(before: Source | null, now: Source, statisticsAgeMs: number | null): readonly Notice[] {
  if (before === now) return [];
  if (now === "agent_lost") return [{ code: "agent_lost", details: {} }];
  if (now === "agent") return before !== null && DISTRUSTED.has(before) ? [{ code: "agent_back", details: {} }] : [];
  if (now === "agent_nonsense") return [{ code: "agent_nonsense", details: {} }];
  if (now === "statistics") return [{ code: "weaker_source", details: {} }];
  if (statisticsAgeMs === null) return []; // the driver has yet to start
  return [{ code: "statistics_frozen", details: { ageS: Math.floor(statisticsAgeMs / 1000) } }];
}
