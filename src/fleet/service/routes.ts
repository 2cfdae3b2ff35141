import { selfballoonError } from "../../core/errors.ts";
import { STANDINGS } from "../../view/standing.ts";
import { adviseFleet } from "../advice.ts";
import { findGuests } from "../find-guests.ts";
import type { FleetView } from "../fleet-view.ts";
import type { SettingsBoard } from "../settings-board.ts";
import { settingsOverview } from "../settings-overview.ts";
import type {
  FleetAdviceAnswer,
  FleetAnswer,
  FleetEventsAnswer,
  FleetGuestsAnswer,
  FleetHostAnswer,
  FleetSettingsAnswer,
} from "./answers.ts";
import { fleetMetrics } from "./metrics.ts";
import type { FleetReservations, FleetReservedAnswer } from "./reservations.ts";
import type { FleetSettings } from "./settings.ts";

/** Guests in one answer; a search narrows them down. */
const MAX_FOUND = 500;

const MAX_WORDS = 8;

/** What an answer is made of. */
export interface FleetRequest {
  readonly view: FleetView;
  /** What is set for many; null where it can't be read. */
  readonly board: Pick<SettingsBoard, "list"> | null;
  /** Finds room; null where that is not offered. */
  readonly reservations: Pick<FleetReservations, "reserve"> | null;
  /** Changes what is set for many; null where nothing can be changed. */
  readonly settings: Pick<FleetSettings, "change" | "resume" | "abort"> | null;
  readonly version: string;
  readonly body: string;
  readonly query: URLSearchParams;
  /** The part of the path that `{host}` stands for; empty if there is none. */
  readonly host: string;
}

/** One route of the fleet's service. A POST changes something, and needs the token. */
export interface FleetRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly summary: string;
  readonly contentType: string;
  /** Text, or an object that is sent as JSON, or a promise of it. */
  readonly answer: (request: FleetRequest) => unknown;
}

const JSON_TYPE = "application/json";

/** Every route of the fleet's service. */
export const FLEET_ROUTES: readonly FleetRoute[] = [
  {
    method: "GET",
    path: "/healthz",
    summary: "Whether the service answers, and its version.",
    contentType: JSON_TYPE,
    answer: ({ version, view }) => ({ ok: true, doing: `showing ${view.list().length} hosts`, version }),
  },
  {
    method: "GET",
    path: "/v1/fleet",
    summary: "Every host as it stands, and whether that is stale.",
    contentType: JSON_TYPE,
    answer: ({ view }): FleetAnswer => ({ hosts: view.list(), ignored: view.ignored }),
  },
  {
    method: "GET",
    path: "/v1/fleet/hosts/{host}",
    summary: "One host, with all its guests.",
    contentType: JSON_TYPE,
    answer: oneHost,
  },
  {
    method: "GET",
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
    method: "GET",
    path: "/v1/fleet/events",
    summary: "What happened last on the hosts, newest first.",
    contentType: JSON_TYPE,
    answer: ({ view }): FleetEventsAnswer => ({ events: view.events() }),
  },
  {
    method: "GET",
    path: "/v1/fleet/advice",
    summary: "Hosts whose guests lack memory, and the guests whose move to a host with room would help most.",
    contentType: JSON_TYPE,
    answer: ({ view }): FleetAdviceAnswer => ({ advice: adviseFleet(view) }),
  },
  {
    method: "GET",
    path: "/v1/fleet/settings",
    summary: "What is set for many hosts, how far it was taken and rolled out, and who refuses what.",
    contentType: JSON_TYPE,
    answer: ({ view, board, settings }): FleetSettingsAnswer => ({
      ...settingsOverview(board?.list() ?? [], view),
      canChange: settings !== null,
    }),
  },
  {
    method: "POST",
    path: "/v1/fleet/settings",
    summary:
      'Change what is set for many, as `fleet set` and `fleet unset` do: `{"scope": "rack=a1", "values": {"guard_headroom_mb": "128"}}`, a value of null: it is set no more, ' +
      "`values` of null: nothing is. If you like `guest`, a name or glob; `first` (`3`, `10%`) and `watchMs`, to roll it out; and `dryRun`, to be told of how many hosts and of risks alone.",
    contentType: JSON_TYPE,
    answer: ({ settings, body }) => offered(settings, "/v1/fleet/settings").change(body),
  },
  {
    method: "POST",
    path: "/v1/fleet/settings/resume",
    summary: 'Begin again with a change that was stopped or is under way, as `fleet resume` does: `{"scope": "all"}`.',
    contentType: JSON_TYPE,
    answer: ({ settings, body }) => offered(settings, "/v1/fleet/settings/resume").resume(body),
  },
  {
    method: "POST",
    path: "/v1/fleet/settings/abort",
    summary: 'Take back what only the first hosts have, and forget it, as `fleet abort` does: `{"scope": "all"}`.',
    contentType: JSON_TYPE,
    answer: ({ settings, body }) => offered(settings, "/v1/fleet/settings/abort").abort(body),
  },
  {
    method: "POST",
    path: "/v1/fleet/reservations",
    summary:
      'Keep memory free on one host of the fleet, as `fleet reserve` does: `{"bytes": 4294967296}`, and if you like `guest`, `labels`, `waitMs` for ' +
      "each host that is asked, and `lifeMs`. The answer names the `host`; asked again for the same guest it is the same.",
    contentType: JSON_TYPE,
    answer: ({ reservations, body }): Promise<FleetReservedAnswer> =>
      offered(reservations, "/v1/fleet/reservations").reserve(body),
  },
  {
    method: "GET",
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
    if (isIt && method === route.method) return { route, host };
  }
  throw selfballoonError("ERR_ROUTE_UNKNOWN", { method: method.slice(0, 16), path: path.slice(0, 128) });
}

/** What is there where the service offers it. @throws ERR_ROUTE_UNKNOWN. */
function offered<T>(what: T | null, path: string): T {
  if (what !== null) return what;
  throw selfballoonError("ERR_ROUTE_UNKNOWN", { method: "POST", path });
}

function oneHost({ view, host }: FleetRequest): FleetHostAnswer {
  const found = view.host(host);
  if (found === null) throw selfballoonError("ERR_HOST_ABSENT", { host });
  return { ...found, guests: [...view.guests(host)] };
}
