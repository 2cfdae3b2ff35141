import { SEVERITY_NAMES } from "../core/severity.ts";
import { STANDINGS, type Standing } from "../view/standing.ts";
import { EVENT_KIND_NAMES } from "./event-kinds.ts";
import type { EventChoice } from "./event-lines.ts";
import { RANGES, type Range } from "./past.ts";

/** What the address's hash asks for: a view, and what it is to begin with. */
export interface Address {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The hash, taken apart at its first question mark; an empty one is the list of guests. */
export function parseAddress(hash: string): Address {
  const [path = "", query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  return { path: path === "" ? "/" : path, query: new URLSearchParams(query) };
}

/** The guest whose page is asked for; null if it is another view. */
export function guestOf({ path }: Address): string | null {
  const encoded = /^\/guests\/(.+)$/.exec(path)?.[1];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    // Not an encoding of anything: then no guest has that name either.
    return encoded;
  }
}

/** Which guests are asked for; null: all of them. */
export function standingOf({ query }: Address): Standing | null {
  return STANDINGS.find((standing) => standing === query.get("state")) ?? null;
}

/** The address of the list of guests that stand so; null: of all of them. */
export function guestsAddress(standing: Standing | null): string {
  return standing === null ? "#/" : `#/?state=${standing}`;
}

/** Which time the chart of a guest's page shows; live if nothing that makes sense is asked for. */
export function rangeOf({ query }: Address): Range {
  const [fromMs, toMs] = [momentOf(query.get("from")), momentOf(query.get("to"))];
  if (fromMs !== null && toMs !== null && fromMs < toMs) return { fromMs, toMs };
  return RANGES.find(({ key }) => key === query.get("range"))?.key ?? "live";
}

/** The address of a guest's page whose chart shows that time. */
export function guestAddress(guest: string, range: Range): string {
  const page = `#/guests/${encodeURIComponent(guest)}`;
  if (range === "live") return page;
  return typeof range === "string" ? `${page}?range=${range}` : `${page}?from=${range.fromMs}&to=${range.toMs}`;
}

/** Which events are asked for; what makes no sense asks for nothing. */
export function eventChoiceOf({ query }: Address): EventChoice {
  return {
    guest: query.get("guest"),
    severity: SEVERITY_NAMES.find((severity) => severity === query.get("severity")) ?? null,
    kind: EVENT_KIND_NAMES.find((kind) => kind === query.get("kind")) ?? null,
  };
}

/** The address of the list of these events. */
export function eventsAddress(choice: EventChoice): string {
  const asked = Object.entries(choice).filter(([, value]) => value !== null);
  const query = asked.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
  return query === "" ? "#/events" : `#/events?${query}`;
}

/** In ms since 1970; null if it is no such number. */
function momentOf(text: string | null): number | null {
  return text !== null && /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}
