import { selfballoonError } from "../../core/errors.ts";
import { STANDINGS } from "../../view/standing.ts";
import { findGuests } from "../find-guests.ts";
import type { FleetView } from "../fleet-view.ts";
import type { FleetAnswer, FleetEventsAnswer, FleetGuestsAnswer, FleetHostAnswer } from "./answers.ts";
import { fleetMetrics } from "./metrics.ts";

/** Guests in one answer; a search narrows them down. */
const MAX_FOUND = 500;

const MAX_WORDS = 8;

/** What an answer is made of. */
export interface FleetRequest {
  readonly view: FleetView;
  readonly version: string;
  readonly query: URLSearchParams;
  /** The part of the path that `{host}` stands for; empty if there is none. */
  readonly host: string;
}

/** One route of the fleet's service; all are read with GET. */
export interface FleetRoute {
  readonly path: string;
  readonly summary: string;
  readonly contentType: string;
  /** Text, or an object that is sent as JSON. */
  readonly answer: (request: FleetRequest) => unknown;
}

const JSON_TYPE = "application/json";

/** Every route of the fleet's service. */
export const FLEET_ROUTES: readonly FleetRoute[] = [
  {
    path: "/healthz",
    summary: "Whether the service answers, and its version.",
    contentType: JSON_TYPE,
    answer: ({ version, view }) => ({ ok: true, doing: `showing ${view.list().length} hosts`, version }),
  },
  {
    path: "/v1/fleet",
    summary: "Every host as it stands, and whether that is stale.",
    contentType: JSON_TYPE,
    answer: ({ view }): FleetAnswer => ({ hosts: view.list(), ignored: view.ignored }),
  },
  {
    path: "/v1/fleet/hosts/{host}",
    summary: "One host, with all its guests.",
    contentType: JSON_TYPE,
    answer: oneHost,
  },
  {
    path: "/v1/fleet/guests",
    summary:
      "Guests of all hosts, those first that need it most, at most 500: `standing=short` for those that stand so, `q` for words to look for.",
    contentType: JSON_TYPE,
    answer: ({ view, query }): FleetGuestsAnswer => {
      const words = (query.get("q") ?? "")
        .slice(0, 256)
        .split(/\s+/)
        .filter((word) => word !== "");
      const standings = query.getAll("standing").slice(0, STANDINGS.length);
      return findGuests(view, {
        standings: standings.length === 0 ? STANDINGS : STANDINGS.filter((standing) => standings.includes(standing)),
        words: words.slice(0, MAX_WORDS),
        limit: MAX_FOUND,
      });
    },
  },
  {
    path: "/v1/fleet/events",
    summary: "What happened last on the hosts, newest first.",
    contentType: JSON_TYPE,
    answer: ({ view }): FleetEventsAnswer => ({ events: view.events() }),
  },
  {
    path: "/metrics",
    summary: "Metrics of every host in Prometheus' text format.",
    contentType: "text/plain; version=0.0.4; charset=utf-8",
    answer: ({ view }) => fleetMetrics(view),
  },
];

/** Find the route of a path. @throws ERR_ROUTE_UNKNOWN. */
export function findFleetRoute(method: string, path: string): { readonly route: FleetRoute; readonly host: string } {
  for (const route of FLEET_ROUTES) {
    const [before = "", after] = route.path.split("{host}");
    const host = after === undefined ? "" : path.slice(before.length);
    const isIt = after === undefined ? path === before : path.startsWith(before) && /^[\w-]{1,63}$/.test(host);
    if (isIt && method === "GET") return { route, host };
  }
  throw selfballoonError("ERR_ROUTE_UNKNOWN", { method: method.slice(0, 16), path: path.slice(0, 128) });
}

function oneHost({ view, host }: FleetRequest): FleetHostAnswer {
  const found = view.host(host);
  if (found === null) throw selfballoonError("ERR_HOST_ABSENT", { host });
  return { ...found, guests: [...view.guests(host)] };
}
