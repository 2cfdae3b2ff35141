import { headingLine } from "../columns.ts";
import { layOut } from "../guest-columns.ts";
import { guestTable, rowLine } from "../guest-table.ts";
import type { Paint } from "../paint.ts";
import { detailLines } from "./details.ts";
import { footerLines, type Range } from "./footer.ts";
import { headLines, headRows, plainHead, shortHead, titleLines } from "./head.ts";
import { helpLines } from "./help.ts";
import type { Room } from "./key-rows.ts";
import { KEYS } from "./keys.ts";
import type { TopModel } from "./model.ts";
import { firstInView, sortedGuests } from "./selection.ts";

/** Fewer rows than this leave no room for the host, nor for more than one line at the end. */
const MIN_ROWS_WITH_HOST = 12;

/** The screen: exactly `rows` lines, none of which takes more than `columns` columns. */
export function render(model: TopModel, columns: number, rows: number, paint: Paint): readonly string[] {
  const isText = model.mode === "details" || model.mode === "help";
  const { body, range } = isText ? textBody(model, columns, rows, paint) : listBody(model, columns, rows, paint);
  const footer = footerLines(model, range, columns, footerRows(rows), paint);
  const shown = body.slice(0, Math.max(0, rows - footer.length));
  const empty = Array.from({ length: Math.max(0, rows - footer.length - shown.length) }, () => "");
  return [...shown, ...empty, ...footer].slice(0, rows);
}

/** All there is, as plain lines of any length: for a file or another program. */
export function renderPlain(model: TopModel, paint: Paint): readonly string[] {
  return [...plainHead(model, paint), ...guestTable(sortedGuests(model), Number.MAX_SAFE_INTEGER, paint)];
}

/** What a screen of this size has room for. */
export function roomOf(model: TopModel, columns: number, rows: number): Room {
  const head = rows >= MIN_ROWS_WITH_HOST ? headRows(model) : 1;
  const inList = Math.max(1, rows - head - 1 - footerRows(rows));
  const lines = Math.max(1, rows - titleLines(model, columns, unpainted).length - footerRows(rows));
  return { rows: inList, lines, beyond: Math.max(0, textLines(model, columns, unpainted).length - lines) };
}

interface Body {
  readonly body: readonly string[];
  readonly range: Range;
}

function listBody(model: TopModel, columns: number, rows: number, paint: Paint): Body {
  const room = roomOf(model, columns, rows);
  const found = sortedGuests(model);
  const first = firstInView(model, room.rows);
  const visible = found.slice(first, first + room.rows);
  const laid = layOut(model.guests, columns);
  // What is old is dimmed, whatever it asked for when it was new.
  const isOld = model.link.state === "lost";
  const rowPaint: Paint = (colour, text) => (isOld && colour !== "inverse" ? text : paint(colour, text));
  const aged = (line: string): string => (isOld ? paint("dim", line) : line);
  const body = [
    ...(rows >= MIN_ROWS_WITH_HOST ? headLines(model, columns, paint) : [shortHead(model, columns, paint)]),
    headingLine(laid, model.sorting.key, paint),
    ...visible.map((guest) => aged(rowLine(laid, guest, rowPaint, guest.guest === model.selected))),
  ];
  return { body, range: { first, shown: visible.length, of: found.length } };
}

function textBody(model: TopModel, columns: number, rows: number, paint: Paint): Body {
  const { lines, beyond } = roomOf(model, columns, rows);
  const text = textLines(model, columns, paint);
  const first = Math.min(model.offset, beyond);
  const visible = text.slice(first, first + lines);
  return {
    body: [...titleLines(model, columns, paint), ...visible],
    range: { first, shown: visible.length, of: text.length },
  };
}

/** What is read line by line in this mode; nothing in others. */
function textLines(model: TopModel, columns: number, paint: Paint): readonly string[] {
  if (model.mode === "help") return helpLines(KEYS, columns, paint);
  if (model.mode !== "details") return [];
  return detailLines(model.guests.find(({ guest }) => guest === model.selected) ?? null, columns, paint);
}

function footerRows(rows: number): number {
  return rows >= MIN_ROWS_WITH_HOST ? 2 : 1;
}

function unpainted(_: unknown, text: string): string {
  return text;
}
