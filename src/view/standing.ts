import { emergencyLinePages } from "../core/guard/emergency.ts";
import type { Reason } from "../core/reasons.ts";
import type { GuestRow } from "./guest-row.ts";
import { isFault } from "./problem-words.ts";
import { type Tone, toneOf } from "./reason-words.ts";

/** How a guest stands, the worst first: the order in which an operator looks at guests. */
export const STANDINGS = ["short", "unreadable", "held", "well"] as const;
export type Standing = (typeof STANDINGS)[number];

/** What each standing means, for people. */
export const STANDING_MEANINGS: Readonly<Record<Standing, string>> = {
  short: "Memory runs short: less is available than guard_emergency_mb, or the guest is being given all it may have.",
  unreadable: "The guest can't be read, or a reading that a decision needs is missing.",
  held: "It does not get what its load asks for: it is paused, released, stuck, left alone, or its host has no more.",
  well: "It has what its load needs, or is on the way there.",
};

/** Reasons that keep a guest from what was wanted for it. */
const HOLDING: ReadonlySet<Reason> = new Set(["host_full", "at_share", "stuck", "implausible", "contradictory"]);

/** What a standing is judged by. */
type Judged = Pick<GuestRow, "problem" | "paused" | "released" | "decision" | "observation" | "figures" | "tunables">;

export function standingOf(row: Judged): Standing {
  const { problem, paused, released, decision } = row;
  if (problem !== null) return isFault(problem) ? "unreadable" : "held";
  const isAside = paused || released;
  if (decision === null) return isAside ? "held" : "well";
  if (decision.reason === "missing") return "unreadable";
  if (decision.reason === "emergency" || isBelowLine(row)) return "short";
  return isAside || HOLDING.has(decision.reason) ? "held" : "well";
}

/** Whether less is available than the guest's emergency line, whatever was decided about it. */
export function isBelowLine({ figures, observation, tunables }: Judged): boolean {
  if (figures?.availableBytes == null || observation === null) return false;
  const { pageBytes } = observation;
  const maximumBytes = figures.maximumBytes ?? figures.currentBytes ?? 0;
  return (
    figures.availableBytes <
    pageBytes * emergencyLinePages(maximumBytes / pageBytes, tunables.guard_emergency_mb, pageBytes)
  );
}

/** How much attention the guest's label asks for: by how it stands, and where it stands well by what was decided. */
export function rowTone(row: Judged): Tone {
  const standing = standingOf(row);
  if (standing === "short" || standing === "unreadable") return "alarm";
  if (standing === "held") return "hold";
  return row.decision === null ? "calm" : toneOf(row.decision.reason);
}

/** How many guests stand how. */
export type StandingCounts = Readonly<Record<Standing, number>>;

export function countStandings(rows: Iterable<Judged>): StandingCounts {
  return countOf(Array.from(rows, standingOf));
}

export function countOf(standings: readonly Standing[]): StandingCounts {
  const counts: Record<Standing, number> = { short: 0, unreadable: 0, held: 0, well: 0 };
  for (const standing of standings) counts[standing] += 1;
  return counts;
}

/** The parts of the sentence that says who is short, in the order in which they are said. */
export function standingParts(
  counts: Omit<StandingCounts, "well">,
): readonly { readonly standing: Standing; readonly text: string }[] {
  const { short, held, unreadable } = counts;
  const first = short === 0 ? "No guest is short" : `${short} ${short === 1 ? "guest is" : "guests are"} short`;
  return [
    { standing: "short", text: first },
    ...(held === 0 ? [] : [{ standing: "held", text: `${held} held` } as const]),
    ...(unreadable === 0 ? [] : [{ standing: "unreadable", text: `${unreadable} unreadable` } as const]),
  ];
}

/** Who is short, in one line: `2 guests are short, 1 held, 3 unreadable`. */
export function standingText(counts: Omit<StandingCounts, "well">): string {
  return standingParts(counts)
    .map(({ text }) => text)
    .join(", ");
}
