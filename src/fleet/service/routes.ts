import { findRoute, ROUTES } from "../../api/routes.ts";
import { selfballoonError } from "../../core/errors.ts";
import { STANDINGS } from "../../view/standing.ts";
import { adviseFleet } from "../advice.ts";
import { findGuests } from "../find-guests.ts";
import { settingsNews, settingsOverview } from "../settings-overview.ts";
import type {
  FleetAdviceAnswer,
  FleetAnswer,
  FleetEventsAnswer,
  FleetGuestsAnswer,
  FleetHostAnswer,
  FleetSettingsAnswer,
} from "./answers.ts";
import { fleetMetrics } from "./metrics.ts";
import type { FleetReservedAnswer } from "./reservations.ts";
import type { FleetRequest, FleetRoute } from "./route.ts";

/** Guests in one answer; a search narrows them down. */
const MAX_FOUND = 500;

const MAX_WORDS = 8;

const JSON_TYPE = "application/json";

const read = { method: "GET", takes: null, contentType: JSON_TYPE } as const;
const write = { method: "POST", contentType: JSON_TYPE } as const;

/** Below a host's own path is what its own API answers, as far as its page shows it: by the rows of that API's routes. */
const HOST_ROUTES: readonly FleetRoute[] = ROUTES.flatMap((route) =>
  route.isOnPage !== true
    ? []
    : {
        ...read,
        path: `/v1/fleet/hosts/{host}${route.path}`,
        summary: `Asked of the host itself: ${route.summary}`,
        ...(route.query === undefined ? {} : { query: route.query }),
        gives: route.gives,
        answer: ({ pages, host, below, query }) =>
          offered(pages, below, "GET").read(host, { path: below, query: String(query) }),
      },
);

/** Every route of the fleet's service. */
export const FLEET_ROUTES: readonly FleetRoute[] = [
  {
    ...read,
    path: "/healthz",
    summary: "Whether the service answers, and its version.",
    gives: "FleetHealth",
    answer: ({ version, view }) => ({ ok: true, doing: `showing ${view.list().length} hosts`, version }),
  },
  {
    ...read,
    path: "/v1/fleet",
    summary: "Every host as it stands, and whether that is stale.",
    gives: "Fleet",
    answer: ({ view, board }): FleetAnswer => {
      const hosts = view.list();
      return { hosts, ignored: view.ignored, news: settingsNews(board?.list() ?? [], hosts) };
    },
  },
  {
    ...read,
    path: "/v1/fleet/hosts/{host}",
    summary: "One host, with all its guests.",
    gives: "FleetHost",
    answer: oneHost,
  },
  ...HOST_ROUTES,
  {
    ...read,
    path: "/v1/fleet/guests",
    summary:
      "Guests of all hosts, those first that need it most, at most 500: `standing=short` for those that stand so, `q` for words to look for.",
    query: "guests",
    gives: "FleetGuests",
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
    ...read,
    path: "/v1/fleet/events",
    summary: "What happened last on the hosts, newest first.",
    gives: "FleetEvents",
    answer: ({ view }): FleetEventsAnswer => ({ events: view.events() }),
  },
  {
    ...read,
    path: "/v1/fleet/advice",
    summary: "Hosts whose guests lack memory, and the guests whose move to a host with room would help most.",
    gives: "FleetAdvice",
    answer: ({ view }): FleetAdviceAnswer => ({ advice: adviseFleet(view) }),
  },
  {
    ...read,
    path: "/v1/fleet/settings",
    summary: "What is set for many hosts, how far it was taken and rolled out, and who refuses what.",
    gives: "FleetSettings",
    answer: ({ view, board, settings }): FleetSettingsAnswer => {
      const entries = board?.list() ?? [];
      const news = settingsNews(entries, view.list());
      return { ...settingsOverview(entries, view), news, canChange: settings !== null };
    },
  },
  {
    ...write,
    path: "/v1/fleet/settings",
    summary:
      'Change what is set for many, as `fleet set` and `fleet unset` do: `{"scope": "rack=a1", "values": {"guard_headroom_mb": "128"}}`, a value of null: it is set no more, ' +
      "`values` of null: nothing is. If you like `guest`, a name or glob; `first` (`3`, `10%`) and `watchMs`, to roll it out; `revision`, the scope's, to change only what was shown; and `dryRun`, to be told of how many hosts and of risks alone.",
    takes: "FleetSettingsChange",
    gives: "FleetSettingsChanged",
    answer: ({ settings, body }) => offered(settings, "/v1/fleet/settings").change(body),
  },
  {
    ...write,
    path: "/v1/fleet/settings/resume",
    summary:
      'Begin again with a change that was stopped or is under way, as `fleet resume` does: `{"scope": "all", "id": "0a1b2c3d"}`, the roll-out\'s `id`; of another it changes nothing.',
    takes: "FleetRolloutChoice",
    gives: "FleetRollout",
    answer: ({ settings, body }) => offered(settings, "/v1/fleet/settings/resume").resume(body),
  },
  {
    ...write,
    path: "/v1/fleet/settings/abort",
    summary:
      'Take back what only the first hosts have, and forget it, as `fleet abort` does: `{"scope": "all", "id": "0a1b2c3d"}`, the roll-out\'s `id`; of another it changes nothing.',
    takes: "FleetRolloutChoice",
    gives: "FleetRollout",
    answer: ({ settings, body }) => offered(settings, "/v1/fleet/settings/abort").abort(body),
  },
  {
    ...write,
    path: "/v1/fleet/reservations",
    summary:
      'Keep memory free on one host of the fleet, as `fleet reserve` does: `{"bytes": 4294967296}`, and if you like `guest`, `labels`, `waitMs` for ' +
      "each host that is asked, and `lifeMs`. The answer names the `host`; asked again for the same guest it is the same.",
    takes: "FleetReservationWish",
    gives: "FleetReserved",
    answer: ({ reservations, body }): Promise<FleetReservedAnswer> =>
      offered(reservations, "/v1/fleet/reservations").reserve(body),
  },
  {
    ...read,
    path: "/metrics",
    summary: "Metrics of every host in Prometheus' text format, or as OpenMetrics for whoever accepts that.",
    gives: null,
    contentType: "text/plain; version=0.0.4; charset=utf-8",
    otherContentType: "application/openmetrics-text; version=1.0.0; charset=utf-8",
    answer: ({ view }) => fleetMetrics(view),
  },
  {
    ...read,
    path: "/openapi.json",
    summary: "This document.",
    gives: "OpenApi",
    answer: async ({ version }) => (await import("./openapi.ts")).fleetOpenApi(FLEET_ROUTES, version),
  },
];

/** What a path asks for. */
interface FoundRoute extends Pick<FleetRequest, "host" | "below"> {
  readonly route: FleetRoute;
}

/** Find the route of a path. @throws ERR_ROUTE_UNKNOWN. */
export function findFleetRoute(method: string, path: string): FoundRoute {
  const [, host = "", below = ""] = /^\/v1\/fleet\/hosts\/([\w-]{1,63})(\/.*)?$/.exec(path) ?? [];
  const template =
    host === "" ? path : `/v1/fleet/hosts/{host}${below === "" ? "" : findRoute(method, below).route.path}`;
  const route = FLEET_ROUTES.find((one) => one.method === method && one.path === template);
  if (route !== undefined) return { route, host, below };
  throw selfballoonError("ERR_ROUTE_UNKNOWN", { method: method.slice(0, 16), path: path.slice(0, 128) });
}

/** What is there where the service offers it. @throws ERR_ROUTE_UNKNOWN. */
function offered<T>(what: T | null, path: string, method: FleetRoute["method"] = "POST"): T {
  if (what !== null) return what;
  throw selfballoonError("ERR_ROUTE_UNKNOWN", { method, path });
}

function oneHost({ view, host }: FleetRequest): FleetHostAnswer {
  const found = view.host(host);
  if (found === null) throw selfballoonError("ERR_HOST_ABSENT", { host });
  return { ...found, guests: [...view.guests(host)] };
}
