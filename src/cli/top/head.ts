import { SENTENCE_LENGTH, shownText } from "../../core/shown-text.ts";
import { budgetText, warningTexts } from "../../view/host-budget.ts";
import { type HostSum, sumGuests } from "../../view/host-sum.ts";
import { hostSumParts, hostSumText } from "../../view/host-sum-text.ts";
import { setTexts } from "../../view/set-text.ts";
import { countStandings, standingText } from "../../view/standing.ts";
import type { Paint } from "../paint.ts";
import { edgesText, fitText } from "../terminal-text.ts";
import type { TopModel } from "./model.ts";

/** How long it is told that the daemon is back. */
const BACK_MS = 15_000;

/** All guests together, in as many lines as `headRows` says. */
export function headLines(model: TopModel, columns: number, paint: Paint): readonly string[] {
  const [title = "", ...said] = titleLines(model, columns, paint);
  const second = said[0] ?? sumLine(model, columns);
  const bar = barLine(sumGuests(model.guests), columns, paint);
  const budget = budgetLines(model, paint, (text) => fitText(text, columns));
  const set = setLine(model).map((text) => fitText(text, columns));
  return [title, second, bar, ...budget, ...set, standingLine(model, columns, paint)];
}

export function headRows({ host, guests }: Pick<TopModel, "host" | "guests">): number {
  return 4 + (host === null ? 0 : 1) + (setTexts(guests).length === 0 ? 0 : 1);
}

/** The one line that there is room for: what the daemon is or, while there is something to say of that, whether it is there. */
export function shortHead(model: TopModel, columns: number, paint: Paint): string {
  return titleLines(model, columns, paint).at(-1) ?? "";
}

/** What the daemon is and does, and while there is something to say of that, whether it is there. */
export function titleLines(model: TopModel, columns: number, paint: Paint): readonly string[] {
  const isLost = model.link.state === "lost";
  const title = edgesText(titleText(model), isLost ? "LOST" : timeText(model.nowMs), columns);
  const said = linkText(model);
  const first = paint(isLost ? "red" : "bold", title);
  return said === "" ? [first] : [first, paint(isLost ? "red" : "green", fitText(said, columns))];
}

/** All guests together, as plain lines of any length. */
export function plainHead(model: TopModel, paint: Paint): readonly string[] {
  const standing = `${standingText(countStandings(model.guests))}.`;
  const budget = budgetLines(model, paint, (text) => text);
  return [titleText(model), hostSumText(model.guests), ...budget, ...setLine(model), standing];
}

/** Parts of the sum that there is no room for are left out: the bar below shows them, too. */
function sumLine({ guests }: TopModel, columns: number): string {
  const parts = hostSumParts(guests);
  return fitText(
    parts.reduce((line, part) => (line === "" || line.length + part.length <= columns ? line + part : line), ""),
    columns,
  );
}

/** Who is short: what an operator looks at before all figures. */
function standingLine({ guests }: TopModel, columns: number, paint: Paint): string {
  const counts = countStandings(guests);
  const isAlarm = counts.short + counts.unreadable > 0;
  return paint(isAlarm ? "red" : counts.held > 0 ? "yellow" : "green", fitText(standingText(counts), columns));
}

function titleText({ version, doing }: TopModel): string {
  return `selfballoon ${shownText(version)}: ${shownText(doing)}`;
}

function linkText({ link, nowMs }: TopModel): string {
  if (link.state === "lost") {
    return `The daemon is lost since ${timeText(link.sinceMs)}: what you see is old. Trying again. ${shownText(link.problem, SENTENCE_LENGTH)}`;
  }
  if (link.lostMs === null || nowMs - link.sinceMs > BACK_MS) return "";
  return `The daemon is back since ${timeText(link.sinceMs)}; it was lost at ${timeText(link.lostMs)}.`;
}

/** How the host's memory stands or, where something is wrong with that, what, in one line; none where no host is shared. */
function budgetLines({ host }: TopModel, paint: Paint, laid: (text: string) => string): readonly string[] {
  if (host === null) return [];
  const [warning] = warningTexts(host);
  return [warning === undefined ? laid(budgetText(host)) : paint("yellow", laid(warning))];
}

/** What was set for single guests at run time, in one line; none where nothing was. */
function setLine({ guests }: TopModel): readonly string[] {
  const set = setTexts(guests);
  return set.length === 0 ? [] : [set.join("; ")];
}

/** What is in use, spare in the guests and saved, each as wide as its share of all. */
function barLine({ allBytes, usedBytes, availableBytes }: HostSum, columns: number, paint: Paint): string {
  const room = Math.max(0, columns - 2);
  const cells = (bytes: number): number => (allBytes === 0 ? 0 : Math.round((bytes / allBytes) * room));
  const used = cells(usedBytes);
  const given = Math.max(used, cells(usedBytes + availableBytes));
  const bar = paint("yellow", "#".repeat(used)) + paint("dim", ":".repeat(given - used));
  return `[${bar}${paint("green", ".".repeat(room - given))}]`.slice(columns < 2 ? 2 : 0);
}

function timeText(atMs: number): string {
  return new Date(atMs).toLocaleTimeString("en-GB");
}
