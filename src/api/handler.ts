import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { selfballoonError } from "../core/errors.ts";
import { readBody } from "./body.ts";
import { Documents } from "./documents.ts";
import { EventStreams } from "./events.ts";
import { PROBLEM_TYPE, problemObject } from "./problem.ts";
import type { Api, ApiRequest } from "./route.ts";
import { answerRequest, findRoute } from "./routes.ts";

/** Event streams that one socket serves at a time. */
const MAX_STREAMS = 32;

/** The access policy of a socket: who is answered, who may write, and what it has besides the routes. */
export interface AccessPolicy {
  /** Whether clients share documents that are a moment old; else each is answered with how things stand. */
  readonly sharesDocuments: boolean;
  /** @throws if this request must not be answered. */
  admit(request: IncomingMessage): void;
  /** @throws ERR_TOKEN_NEEDED where the privileged alone may ask anything; the page's files, which are the same everywhere, are for all. */
  isPrivileged(request: IncomingMessage): boolean;
  /** Answer with a file of the page; false if there is none of that path. */
  serveFile(request: IncomingMessage, path: string, response: ServerResponse): Promise<boolean>;
}

/** Headers of every answer: nothing is guessed, framed, kept, or told to other sites. No CORS: other sites may not read. */
export const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
};

/** Answer HTTP requests as far as `access` lets them. */
export function createHandler(api: Api, access: AccessPolicy): RequestListener {
  let streams = 0;
  const eventStreams = new EventStreams(api.control);
  const documents = access.sharesDocuments ? sharedDocuments(api) : null;
  return (request, response) => void handle(request, response);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    // A client that vanishes while it is written to is its own business.
    response.on("error", () => {});
    try {
      const [path = "/", query = ""] = (request.url ?? "/").split("?");
      const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
      const body = await readBody(request);
      access.admit(request);
      if (method === "GET" && (await access.serveFile(request, path, response))) return;
      const privileged = access.isPrivileged(request);
      const gone = goneSignal(response);
      const asked = { method, path, query: new URLSearchParams(query), body, privileged, gone };
      const isStream = findRoute(method, path).route.answer === null && request.method !== "HEAD";
      if (isStream) stream(request, response);
      else await answer(asked, response);
    } catch (thrown) {
      sendProblem(response, thrown);
    }
  }

  async function answer(asked: ApiRequest, response: ServerResponse): Promise<void> {
    const { route, parameter } = findRoute(asked.method, asked.path);
    const make = async (): Promise<Buffer> => bytesOf(await answerRequest(api, asked));
    const isShared = documents !== null && !route.writes && parameter === "";
    const body = await (isShared ? documents.get(route.path, make) : make());
    response.writeHead(200, { "content-type": route.contentType, "content-length": body.length });
    response.end(body);
  }

  function stream(request: IncomingMessage, response: ServerResponse): void {
    if (streams >= MAX_STREAMS) throw selfballoonError("ERR_TOO_MANY", { limit: MAX_STREAMS, what: "event streams" });
    streams += 1;
    response.on("close", () => {
      streams -= 1;
    });
    eventStreams.open(request, response);
  }
}

/** Aborted once nobody is there to be answered. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Documents that are forgotten as soon as somebody has changed something. */
function sharedDocuments({ control }: Api): Documents {
  const documents = new Documents(() => performance.now());
  control.subscribe(({ kind }) => {
    if (kind === "tunables" || kind === "settings" || kind === "pause" || kind === "reservation") documents.clear();
  });
  return documents;
}

/** An answer as it is sent: text, or JSON and a newline. */
export function bytesOf(body: unknown): Buffer {
  return Buffer.from(typeof body === "string" ? body : `${JSON.stringify(body)}\n`);
}

/** Answer with what went wrong, or break off an answer that has begun. */
export function sendProblem(response: ServerResponse, thrown: unknown): void {
  const problem = problemObject(thrown);
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = bytesOf(problem);
  response.writeHead(problem.status, {
    "content-type": PROBLEM_TYPE,
    "content-length": body.length,
    ...(problem.status === 401 ? { "www-authenticate": 'Bearer realm="selfballoon"' } : {}),
    ...(problem.status === 429 ? { "retry-after": "1" } : {}),
  });
  response.end(body);
}
