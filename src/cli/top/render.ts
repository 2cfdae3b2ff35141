import { SENTENCE_LENGTH, shownText } from "../../core/shown-text.ts";
import { bytesText } from "../../view/amounts.ts";
import type { GuestRow } from "../../view/guest-row.ts";
import { budgetText, warningTexts } from "../../view/host-budget.ts";
import { type HostSum, sumGuests } from "../../view/host-sum.ts";
import { countStandings, standingText } from "../../view/standing.ts";
import { layOut } from "../guest-columns.ts";
import { guestTable, headingLine, type Paint, rowLine } from "../guest-table.ts";
import { fitText, textColumns } from "../terminal-text.ts";
import { sortedGuests, type TopModel } from "./model.ts";

/** Fewer rows than this leave no room for the host. */
const MIN_ROWS_WITH_HOST = 12;

/** How long it is told that the daemon is back. */
const BACK_MS = 15_000;

const KEYS = "q quit  <> sort by  r reverse  arrows, PgUp, PgDn scroll";

/** The screen: exactly `rows` lines, none of which takes more than `columns` columns. */
export function render(model: TopModel, columns: number, rows: number, paint: Paint): readonly string[] {
  const head = headLines(model, columns, rows >= MIN_ROWS_WITH_HOST, paint);
  const visible = visibleGuests(model, rows);
  const laid = layOut(model.guests, columns);
  const table = [
    headingLine(laid, model.sorting.key, paint),
    ...visible.guests.map((guest) => rowLine(laid, guest, paint)),
  ];
  const body = [...head, ...table].slice(0, Math.max(0, rows - 1));
  const empty = Array.from({ length: Math.max(0, rows - 1 - body.length) }, () => "");
  const footer = paint("dim", between(KEYS, whereText(model, visible), columns));
  return [...body, ...empty, footer].slice(0, rows);
}

/** All there is, as plain lines of any length: for a file or another program. */
export function renderPlain(model: TopModel, paint: Paint): readonly string[] {
  const guests = sortedGuests(model);
  const host = hostText(guests);
  const standing = `${standingText(countStandings(guests))}.`;
  const head = [titleText(model), host, ...budgetLines(model, paint, (text) => text), standing];
  return [...head, ...guestTable(guests, Number.MAX_SAFE_INTEGER, paint)];
}

/** Rows of guests that a screen of `rows` rows has room for. */
export function guestRows(rows: number, { host }: Pick<TopModel, "host">): number {
  const withHost = host === null ? 6 : 7;
  return Math.max(1, rows - (rows >= MIN_ROWS_WITH_HOST ? withHost : 3));
}

interface Visible {
  readonly first: number;
  readonly guests: readonly GuestRow[];
}

function visibleGuests(model: TopModel, rows: number): Visible {
  const guests = sortedGuests(model);
  const room = guestRows(rows, model);
  const first = Math.max(0, Math.min(model.scrolled, guests.length - room));
  return { first, guests: guests.slice(first, first + room) };
}

function headLines(model: TopModel, columns: number, withHost: boolean, paint: Paint): readonly string[] {
  const isLost = model.link.state === "lost";
  const title = between(titleText(model), isLost ? "LOST" : timeText(model.nowMs), columns);
  const first = paint(isLost ? "red" : "bold", title);
  const said = linkText(model);
  if (!withHost) return [said === "" ? first : paint(isLost ? "red" : "green", fitText(said, columns))];
  const sum = sumGuests(model.guests);
  const second =
    said === "" ? fitText(hostText(model.guests), columns) : paint(isLost ? "red" : "green", fitText(said, columns));
  const budget = budgetLines(model, paint, (text) => fitText(text, columns));
  return [first, second, barLine(sum, columns, paint), ...budget, standingLine(model, columns, paint)];
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

function hostText(guests: readonly GuestRow[]): string {
  const sum = sumGuests(guests);
  const count = guests.length;
  const wouldSave = guests.some(({ dryRun }) => dryRun) ? `, would save up to ${bytesText(sum.atGoalsBytes)}` : "";
  const given = bytesText(sum.usedBytes + sum.availableBytes);
  const parts = `in use ${bytesText(sum.usedBytes)}, spare ${bytesText(sum.availableBytes)}`;
  const unread = sum.unknown === 0 ? "" : `; ${sum.unknown} not counted`;
  return `${count} ${count === 1 ? "guest" : "guests"}, RAM ${bytesText(sum.allBytes)}: saved ${bytesText(sum.savedBytes)}${wouldSave}, given out ${given} (${parts})${unread}`;
}

/** How the host's memory stands or, where something is wrong with that, what, in one line; none where no host is shared. */
function budgetLines({ host }: TopModel, paint: Paint, laid: (text: string) => string): readonly string[] {
  if (host === null) return [];
  const [warning] = warningTexts(host);
  return [warning === undefined ? laid(budgetText(host)) : paint("yellow", laid(warning))];
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

function whereText({ sorting, guests }: TopModel, { first, guests: shown }: Visible): string {
  const order = sorting.descending ? "down" : "up";
  const by = sorting.key === "reason" ? "state" : sorting.key === "current" ? "has" : sorting.key;
  const range = shown.length === 0 ? "0" : `${first + 1}-${first + shown.length}`;
  return `by ${by}, ${order}; ${range} of ${guests.length}`;
}

/** Two texts at the edges of a line; where both do not fit, the left one gives way. */
function between(left: string, right: string, columns: number): string {
  const room = columns - textColumns(right) - 1;
  return room < 1 ? fitText(right, columns) : `${fitText(left, room)} ${right}`;
}

function timeText(atMs: number): string {
  return new Date(atMs).toLocaleTimeString("en-GB");
}
