import { SENTENCE_LENGTH, shownText } from "../../core/shown-text.ts";
import { BYTES_PER_MIB } from "../../core/units.ts";
import type { HostView } from "../../fleet/fleet-view.ts";
import { bytesText } from "../../view/amounts.ts";
import { healthTexts, isInTrouble } from "../../view/host-health.ts";
import { standingText } from "../../view/standing.ts";
import { cellsLine, headingLine, layOutColumns } from "../columns.ts";
import type { Colour } from "../output.ts";
import type { Paint } from "../paint.ts";
import { edgesText, fitText, wrapText } from "../terminal-text.ts";
import { helpLines } from "../top/help.ts";
import { keysText, type Room } from "../top/key-rows.ts";
import { firstRow } from "../top/listing.ts";
import { GUEST_COLUMNS, HOST_COLUMNS } from "./columns.ts";
import { FLEET_KEYS } from "./keys.ts";
import { type FleetTopModel, listedHosts } from "./model.ts";

/** Lines above the table: how the fleet stands, and the headings. */
const HEAD_ROWS = 3;

const FOOT_ROWS = 2;

/** The screen: exactly `rows` lines, none of which takes more than `columns` columns. */
export function renderFleet(model: FleetTopModel, columns: number, rows: number, paint: Paint): readonly string[] {
  const room = fleetRoom(model, columns, rows);
  const isText = model.mode === "host" || model.mode === "help";
  const { body, where } = isText ? textBody(model, columns, room, paint) : listBody(model, columns, room, paint);
  const keys = keysText(FLEET_KEYS, model.mode, columns);
  const foot = [paint("dim", edgesText(searchText(model), where, columns)), paint("dim", fitText(keys, columns))];
  const shown = [...headLines(model, columns, paint), ...body].slice(0, Math.max(0, rows - FOOT_ROWS));
  const empty = Array.from({ length: Math.max(0, rows - FOOT_ROWS - shown.length) }, () => "");
  return [...shown, ...empty, ...foot].slice(-Math.max(0, rows));
}

/** What a screen of this size has room for. */
export function fleetRoom(model: FleetTopModel, columns: number, rows: number): Room {
  const lines = Math.max(1, rows - HEAD_ROWS + 1 - FOOT_ROWS);
  const text = textLines(model, columns, (_, plain) => plain);
  return { rows: Math.max(1, rows - HEAD_ROWS - FOOT_ROWS), lines, beyond: Math.max(0, text.length - lines) };
}

interface Body {
  readonly body: readonly string[];
  /** What of it is in view. */
  readonly where: string;
}

function listBody(model: FleetTopModel, columns: number, { rows: room }: Room, paint: Paint): Body {
  const { sorting, selected } = model;
  const found = listedHosts(model);
  const first = firstRow(
    found.map(({ host }) => host),
    model,
    room,
  );
  const visible = found.slice(first, first + room);
  const laid = layOutColumns(HOST_COLUMNS, found, columns);
  const lines = visible.map((host) => {
    const cells = laid.map(({ column, width }) => fitText(column.text(host), width, column.isNumber));
    const line = cellsLine(cells, paint, host.host === selected);
    const colour = colourOf(host);
    return colour === null || host.host === selected ? line : paint(colour, line);
  });
  const range = visible.length === 0 ? "0" : `${first + 1}-${first + visible.length}`;
  const order = `by ${sorting.key}, ${sorting.descending ? "down" : "up"}`;
  return { body: [headingLine(laid, sorting.key, paint), ...lines], where: `${order}; ${range} of ${found.length}` };
}

/** What is old is dimmed, whatever it was when it was new. */
function colourOf({ isStale, state }: HostView): Colour | null {
  if (isStale || state === null) return "dim";
  if (isInTrouble(state)) return "red";
  return state.held + (state.health?.warnings.length ?? 0) > 0 ? "yellow" : null;
}

function textBody(model: FleetTopModel, columns: number, { lines, beyond }: Room, paint: Paint): Body {
  const text = textLines(model, columns, paint);
  const first = Math.min(model.offset, beyond);
  const visible = text.slice(first, first + lines);
  const range = visible.length === 0 ? "0" : `${first + 1}-${first + visible.length}`;
  return { body: visible, where: `lines ${range} of ${text.length}` };
}

/** What is read line by line in this mode; nothing in others. */
function textLines(model: FleetTopModel, columns: number, paint: Paint): readonly string[] {
  if (model.mode === "help") return helpLines(FLEET_KEYS, columns, paint);
  if (model.mode !== "host") return [];
  const host = model.hosts.find((one) => one.host === model.selected);
  if (host === undefined) return wrapText("There is no host of this name now.", columns);
  const rows = model.guests?.host === host.host ? model.guests.rows : [];
  const laid = layOutColumns(GUEST_COLUMNS, rows, columns);
  return [
    ...wrapText(hostText(host), columns),
    "",
    headingLine(laid, null, paint),
    ...rows.map((row) => {
      const line = cellsLine(
        laid.map(({ column, width }) => fitText(column.text(row), width, column.isNumber)),
        paint,
        false,
      );
      const isAlarm = row.standing === "short" || row.standing === "unreadable";
      return isAlarm ? paint("red", line) : row.standing === "held" ? paint("yellow", line) : line;
    }),
  ];
}

/** A host in a sentence. */
function hostText({ host, state, ageMs, isStale, refused }: HostView): string {
  if (state === null)
    return `${host} has told nothing that can be used.${refused === null ? "" : ` ${shownText(refused, SENTENCE_LENGTH)}`}`;
  const { budgetMb, freeMb, currentMb, wantedMb, maximumMb, labels, version, doing } = state;
  const mib = (amount: number | null): string => (amount === null ? "-" : bytesText(amount * BYTES_PER_MIB));
  const named = Object.entries(labels).map(([name, value]) => shownText(`${name}=${value}`));
  const parts = [
    `${host}${named.length === 0 ? "" : ` (${named.join(", ")})`}: ${shownText(doing, SENTENCE_LENGTH)}, version ${shownText(version)}.`,
    `Its guests have ${mib(currentMb)}, want ${mib(wantedMb)}, and ${mib(maximumMb - currentMb)} is saved;`,
    `budget ${mib(budgetMb)}, of which ${mib(freeMb)} may still be given.`,
    ...healthTexts(state).map((text) => `${shownText(text, SENTENCE_LENGTH)}.`),
    ...(isStale ? [`STALE: it was seen ${Math.round((ageMs ?? 0) / 1000)} s ago.`] : []),
  ];
  return parts.join(" ");
}

/** How the fleet stands, in two lines. */
function headLines({ hosts, nowMs }: FleetTopModel, columns: number, paint: Paint): readonly string[] {
  const live = hosts.flatMap(({ state, isStale }) => (state === null || isStale ? [] : [state]));
  const sum = (of: (state: (typeof live)[number]) => number): number => live.reduce((all, one) => all + of(one), 0);
  const counts = {
    short: sum((one) => one.short),
    held: sum((one) => one.held),
    unreadable: sum((one) => one.unreadable),
  };
  const savedMb = sum(({ maximumMb, currentMb }) => maximumMb - currentMb);
  const stale = hosts.length - live.length;
  const title = `selfballoon fleet: ${live.length} live ${live.length === 1 ? "host" : "hosts"} with ${sum(({ guests }) => guests)} guests, ${bytesText(savedMb * BYTES_PER_MIB)} saved`;
  const said = `${standingText(counts)}${stale === 0 ? "" : `; ${stale} stale`}`;
  const colour = counts.short + counts.unreadable > 0 ? "red" : counts.held + stale > 0 ? "yellow" : "green";
  return [
    paint("bold", edgesText(title, new Date(nowMs).toLocaleTimeString("en-GB"), columns)),
    paint(colour, fitText(said, columns)),
  ];
}

function searchText({ mode, filter }: FleetTopModel): string {
  if (mode === "search") return `Search: ${shownText(filter)}_`;
  return mode === "list" && filter !== "" ? `Found by "${shownText(filter)}"` : "";
}
