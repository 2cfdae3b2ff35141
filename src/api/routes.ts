import type { GuestStatus, TunableStatus } from "../core/control.ts";
import { selfballoonError } from "../core/errors.ts";
import { figuresOf } from "../core/figures.ts";
import { CLAMPS, REASONS } from "../core/reasons.ts";
import { targetParts } from "../core/target-parts.ts";
import { describeRange, findTunable, minChoice, TUNABLES } from "../core/tunables.ts";
import type { GuestAnswer, HealthAnswer, HostAnswer, HostPastAnswer, ReasonsAnswer, TunableAnswer } from "./answers.ts";
import { parseChanges, parseObject } from "./body.ts";
import { changeGuestSettings, guestSettings, resetGuestSettings } from "./guest-settings.ts";
import { HISTORY_QUERY, historyOf } from "./history.ts";
import { RECORDS_QUERY, recordsOf } from "./records.ts";
import { listReservations, reserve, withdraw } from "./reservations.ts";
import type { Api, ApiRequest, Route } from "./route.ts";
import { tokenNeeded } from "./token-needed.ts";

const JSON_TYPE = "application/json";

const read = { method: "GET", writes: false, takes: null, contentType: JSON_TYPE } as const;
const shown = { ...read, isOnPage: true } as const;
const write = { writes: true, contentType: JSON_TYPE } as const;

/** Every route of the API, on the socket and over TCP alike. */
export const ROUTES: readonly Route[] = [
  {
    ...shown,
    path: "/healthz",
    summary: "Whether the daemon answers, what it does, its version, and where its page is.",
    gives: "Health",
    answer: ({ control, version, url }): HealthAnswer => ({ ok: true, doing: control.describe(), version, url: url() }),
  },
  {
    ...shown,
    path: "/v1/guests",
    summary: "Every guest as it stands: what it has, wants, and why.",
    gives: "Guests",
    answer: ({ control }) => ({ guests: control.guests().map(withFigures) }),
  },
  {
    ...read,
    path: "/v1/guests/{guest}",
    summary: "One guest as it stands.",
    gives: "Guest",
    answer: oneGuest,
  },
  {
    ...write,
    method: "PATCH",
    path: "/v1/guests/{guest}",
    summary: "Pause a guest, so that it is observed and nothing is moved, or resume it.",
    takes: "GuestChange",
    gives: "Guest",
    answer: changeGuest,
  },
  {
    ...shown,
    path: "/v1/guests/{guest}/settings",
    summary:
      "A guest's own terms and tunables: value, where it comes from, what a reset brings back, range and meaning.",
    gives: "GuestSettings",
    answer: guestSettings,
  },
  {
    ...write,
    method: "PATCH",
    path: "/v1/guests/{guest}/settings",
    summary:
      "Set a guest's own terms and tunables while the daemon runs: all of them or, if one is refused, none. They beat the configuration " +
      "and are kept over restarts.",
    takes: "GuestSettingChanges",
    gives: "GuestSettings",
    answer: changeGuestSettings,
  },
  {
    ...write,
    method: "DELETE",
    path: "/v1/guests/{guest}/settings",
    summary: "Undo all that was set for a guest while the daemon ran.",
    takes: null,
    gives: "GuestSettings",
    answer: resetGuestSettings,
  },
  {
    ...shown,
    path: "/v1/guests/{guest}/history",
    summary:
      "A guest's past, as it is kept on disk: at most as many points as asked for, the most telling step for each.",
    query: HISTORY_QUERY,
    gives: "History",
    answer: historyOf,
  },
  {
    ...shown,
    path: "/v1/host",
    summary:
      "How the memory that the guests share stands: capacity, reserve, what guests have and were promised, what is free, " +
      "the over-commit, how much the host itself needs its memory back, and what is wrong with it. Null where no host is shared, as in a guest.",
    gives: "Host",
    answer: ({ control }): HostAnswer => ({ host: control.host() }),
  },
  {
    ...shown,
    path: "/v1/host/history",
    summary:
      "What the guests used and saved together, over restarts where history is kept, in at most 720 points. Empty where no host is shared.",
    gives: "HostHistory",
    answer: ({ hostPast }): HostPastAnswer => ({ points: hostPast?.points() ?? [] }),
  },
  {
    ...read,
    path: "/v1/snapshot",
    summary: "All that is remembered of the guests now: what a recording that replays exactly begins with.",
    gives: "Snapshot",
    answer: ({ control }) => control.snapshot(),
  },
  {
    ...shown,
    path: "/v1/tunables",
    summary: "The tunables, for all guests: value, default, source, range and meaning.",
    gives: "Tunables",
    answer: ({ control }) => ({ tunables: control.tunables().map(withMeaning) }),
  },
  {
    ...write,
    method: "PATCH",
    path: "/v1/tunables",
    summary: "Change tunables for all guests: all of them or, if one is refused, none.",
    takes: "TunableChanges",
    gives: "Tunables",
    answer: changeTunables,
  },
  {
    ...read,
    path: "/v1/reasons",
    summary: "Every reason that a decision may have, and everything that may cut its target, in a sentence each.",
    gives: "Reasons",
    answer: (): ReasonsAnswer => ({ reasons: REASONS, clamps: CLAMPS }),
  },
  {
    ...read,
    path: "/v1/events",
    summary:
      "The journal as server-sent events, from now on. `Last-Event-ID`, or `?after=ID` where no header can be set, replays " +
      "what came after it, as far as the journal reaches back.",
    gives: null,
    contentType: "text/event-stream",
    answer: null,
  },
  {
    ...shown,
    path: "/v1/records",
    summary:
      "The journal's records, or those after the one that is named, as far as it reaches back: what `/v1/events` streams, for who can't follow a stream.",
    query: RECORDS_QUERY,
    gives: "Records",
    answer: recordsOf,
  },
  {
    ...shown,
    path: "/v1/reservations",
    summary: "Memory that is kept free for guests to come.",
    gives: "Reservations",
    answer: listReservations,
  },
  {
    ...write,
    method: "POST",
    path: "/v1/reservations",
    summary:
      "Keep memory free, as for a guest that is about to start. The answer comes once it is free; guests go down for it as far as law and " +
      "guard let them. Where they could not give enough, the error says which keep what and why, and nothing is taken.",
    takes: "ReservationWish",
    gives: "Reserved",
    answer: reserve,
  },
  {
    ...write,
    method: "DELETE",
    path: "/v1/reservations/{id}",
    summary: "Withdraw a reservation.",
    takes: null,
    gives: "Reservation",
    answer: withdraw,
  },
  {
    ...write,
    method: "POST",
    path: "/v1/pause",
    summary:
      "Pause the guests that are named, so that they are observed and nothing is moved; without a body all, and those that come.",
    takes: "GuestChoice",
    isBodyOptional: true,
    gives: "Guests",
    answer: ({ control }, { body }) => ({ guests: control.pause(parseChoice(body)).map(withFigures) }),
  },
  {
    ...write,
    method: "POST",
    path: "/v1/resume",
    summary: "Resume the guests that are named, paused or released; without a body all.",
    takes: "GuestChoice",
    isBodyOptional: true,
    gives: "Guests",
    answer: ({ control }, { body }) => ({ guests: control.resume(parseChoice(body)).map(withFigures) }),
  },
  {
    ...write,
    method: "POST",
    path: "/v1/release",
    summary:
      "Give the guests that are named all their memory, and balloon them no more until they are resumed; without a body " +
      "all, and then selfballooning is off.",
    takes: "GuestChoice",
    isBodyOptional: true,
    gives: "Released",
    answer: release,
  },
  {
    ...read,
    path: "/metrics",
    summary: "Metrics in Prometheus' text format.",
    gives: null,
    contentType: "text/plain; version=0.0.4; charset=utf-8",
    answer: ({ metrics }) => metrics(),
  },
  {
    ...read,
    path: "/openapi.json",
    summary: "This document.",
    gives: "OpenApi",
    answer: async ({ version }) => (await import("./openapi.ts")).openApiDocument(ROUTES, version),
  },
];

/** Find the route of a request, and the part of the path that its `{guest}` or `{id}` stands for. @throws ERR_ROUTE_UNKNOWN. */
export function findRoute(method: string, path: string): { readonly route: Route; readonly parameter: string } {
  for (const route of ROUTES) {
    const parameter = matchPath(route.path, path);
    if (route.method === method && parameter !== null) return { route, parameter };
  }
  throw selfballoonError("ERR_ROUTE_UNKNOWN", { method: method.slice(0, 16), path: path.slice(0, 128) });
}

/** Where a path has one, as OpenAPI writes it. */
const PARAMETER = /\{\w+\}/;

/** A matching path's parameter, empty if it has none; null if the path does not match. */
function matchPath(template: string, path: string): string | null {
  const [before = "", after] = template.split(PARAMETER);
  if (after === undefined) return path === template ? "" : null;
  const isAround = path.startsWith(before) && path.endsWith(after) && path.length > before.length + after.length;
  const parameter = isAround ? path.slice(before.length, path.length - after.length) : "";
  return parameter === "" || parameter.includes("/") ? null : decodeParameter(parameter);
}

function decodeParameter(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    // Not an encoding of anything: then no guest has that name either.
    return parameter;
  }
}

/**
 * Answer one request.
 * @throws ERR_ROUTE_UNKNOWN, ERR_TOKEN_NEEDED, ERR_BODY_INVALID, or what the control port throws.
 */
export async function answerRequest(api: Api, request: ApiRequest): Promise<unknown> {
  const { route, parameter } = findRoute(request.method, request.path);
  if (route.writes && !request.privileged) throw tokenNeeded("write");
  return route.answer?.(api, request, parameter);
}

function withFigures(status: GuestStatus): GuestAnswer {
  const { observation, decision } = status;
  if (observation === null || decision === null) return { ...status, figures: null, parts: [] };
  const parts = targetParts(observation, decision).map(({ name, pages }) => ({
    name,
    bytes: pages * observation.pageBytes,
  }));
  return { ...status, figures: figuresOf(observation, decision), parts };
}

function oneGuest({ control }: Api, _: ApiRequest, guest: string): GuestAnswer {
  const found = control.guests().find((status) => status.guest === guest);
  if (found === undefined) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest: guest.slice(0, 128) });
  return withFigures(found);
}

function changeGuest(api: Api, request: ApiRequest, guest: string): GuestAnswer {
  const expected = '{"paused": true} or {"paused": false}';
  const { paused, ...others } = parseObject(request.body, expected);
  if (typeof paused === "boolean" && Object.keys(others).length === 0) {
    const [status] = paused ? api.control.pause([guest]) : api.control.resume([guest]);
    return status === undefined ? oneGuest(api, request, guest) : withFigures(status);
  }
  throw selfballoonError("ERR_BODY_INVALID", { expected, problem: "it is something else" });
}

function withMeaning(status: TunableStatus): TunableAnswer {
  const row = findTunable(status.name) ?? TUNABLES[0];
  const { kind, unit, max, startRule, summary } = row;
  return { ...status, kind, unit, min: minChoice(row), max, range: describeRange(row), startRule, summary };
}

function changeTunables({ control }: Api, request: ApiRequest): unknown {
  const expected = 'a JSON object such as {"selfballoon_interval": "10"}, null for the default';
  const changes = parseChanges(request.body, expected, ["number"]);
  return { tunables: control.change(changes, request.privileged).map(withMeaning) };
}

async function release({ control }: Api, { body }: ApiRequest): Promise<unknown> {
  const gifts = await control.release(parseChoice(body));
  return { released: gifts.map(({ guest }) => guest), gifts };
}

/** `{"guests": ["NAME"]}`; null for all, where nothing is said. */
function parseChoice(body: string): readonly string[] | null {
  if (body.trim() === "") return null;
  const expected = '{"guests": ["NAME"]}, or nothing for all';
  const { guests, ...others } = parseObject(body, expected);
  if (guests === undefined && Object.keys(others).length === 0) return null;
  const isList = Array.isArray(guests) && guests.every((name) => typeof name === "string");
  if (!isList || Object.keys(others).length > 0)
    throw selfballoonError("ERR_BODY_INVALID", { expected, problem: "it is something else" });
  return [...new Set(guests)];
}
