import type { ControlPort } from "../core/control.ts";
import { problemOf, selfballoonError } from "../core/errors.ts";

/** A request, whatever carried it. */
export interface ApiRequest {
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  readonly body: string;
  /** True if the caller may write: it reached the socket, or it showed the token. */
  readonly privileged: boolean;
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (control: ControlPort, request: ApiRequest, parameter: string) => unknown;
}

/** Every route but the event stream, which is not one answer. */
const ROUTES: readonly Route[] = [
  { method: "GET", path: /^\/healthz$/, answer: (control) => ({ ok: true, doing: control.describe() }) },
  { method: "GET", path: /^\/v1\/guests$/, answer: (control) => ({ guests: control.guests() }) },
  { method: "GET", path: /^\/v1\/guests\/([^/]+)$/, answer: (control, _, guest) => oneGuest(control, guest) },
  { method: "GET", path: /^\/v1\/tunables$/, answer: (control) => ({ tunables: control.tunables() }) },
  { method: "PATCH", path: /^\/v1\/tunables$/, answer: changeTunables },
  { method: "POST", path: /^\/v1\/release$/, answer: release },
];

/**
 * Answer one request.
 * @throws ERR_ROUTE_UNKNOWN, ERR_BODY_INVALID, ERR_PERMISSION, or what the control port throws.
 */
export async function answerRequest(control: ControlPort, request: ApiRequest): Promise<unknown> {
  for (const { method, path, answer } of ROUTES) {
    const match = path.exec(request.path);
    if (match !== null && method === request.method) return answer(control, request, match[1] ?? "");
  }
  throw selfballoonError("ERR_ROUTE_UNKNOWN", { method: request.method, path: request.path.slice(0, 128) });
}

function oneGuest(control: ControlPort, parameter: string): unknown {
  const name = decodeParameter(parameter);
  const found = control.guests().find(({ guest }) => guest === name);
  if (found === undefined) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest: name });
  return found;
}

function decodeParameter(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    return parameter;
  }
}

function changeTunables(control: ControlPort, request: ApiRequest): unknown {
  return { tunables: control.change(parseChanges(request.body), request.privileged) };
}

async function release(control: ControlPort, request: ApiRequest): Promise<unknown> {
  if (!request.privileged) {
    const remedy = "use the socket";
    throw selfballoonError("ERR_PERMISSION", {
      path: request.path,
      mode: "asked for by a privileged caller",
      problem: "EPERM",
      remedy,
    });
  }
  await control.release();
  return { released: control.guests().map(({ guest }) => guest) };
}

/** `{"NAME": "VALUE" | number | null}`; null brings the default back. */
function parseChanges(body: string): Record<string, string | null> {
  const expected = 'a JSON object such as {"selfballoon_interval": "10"}, null for the default';
  const invalid = (problem: string): Error => selfballoonError("ERR_BODY_INVALID", { expected, problem });
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (thrown) {
    throw invalid(problemOf(thrown));
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw invalid("it is something else");
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]: [string, unknown]) => {
      if (value === null || typeof value === "string") return [name, value];
      if (typeof value === "number") return [name, String(value)];
      throw invalid(`${JSON.stringify(name.slice(0, 64))} is neither text, a number nor null`);
    }),
  );
}
