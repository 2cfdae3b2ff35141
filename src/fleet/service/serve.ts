import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../../api/body.ts";
import { Documents } from "../../api/documents.ts";
import { bytesOf, SECURITY_HEADERS, sendProblem } from "../../api/handler.ts";
import { urlHost } from "../../api/host-check.ts";
import { createHttpServer } from "../../api/http-server.ts";
import { PageFiles } from "../../api/page-files.ts";
import { RateLimit } from "../../api/rate-limit.ts";
import { checkHost, listen } from "../../api/tcp.ts";
import { createBearerCheck, readToken } from "../../api/token.ts";
import { tokenNeeded } from "../../api/token-needed.ts";
import { problemOf, selfballoonError } from "../../core/errors.ts";
import { realClock } from "../../time/clock.ts";
import type { FleetView } from "../fleet-view.ts";
import { RolloutDriver } from "../rollout-driver.ts";
import type { SettingsBoard } from "../settings-board.ts";
import { HostPages, type PageAsker } from "./host-pages.ts";
import { FleetReservations, type FleetReserver } from "./reservations.ts";
import type { FleetRoute } from "./route.ts";
import { findFleetRoute } from "./routes.ts";
import { FleetSettings } from "./settings.ts";

const CONNECTIONS_PER_SECOND = 100;

/** Where a fleet is served, and what is needed for it. */
export interface FleetServiceOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly version: string;
  /** Where the page lies. */
  readonly pageFolder: string;
  /** Host headers that are answered besides the server's own. */
  readonly allowedHosts?: readonly string[];
  /** The operator's file with the token that writes must show. Null, or one that can't be used: nothing can be changed. */
  readonly tokenFile?: string | null;
  /** True: reads need the token too; else they are for whoever reaches the address. */
  readonly readsNeedToken?: boolean;
  /** Finds room for guests; absent: that is not offered. */
  readonly reserver?: FleetReserver;
  /** Asks hosts for what their pages show; absent: that is not offered. */
  readonly pageAsker?: PageAsker;
  /** Is told what was decided of roll-outs, what keeps them from being carried on, and why nothing can be changed. */
  readonly tell: (text: string) => void;
}

/** Writes that show the token, a second. */
const WRITES_PER_SECOND = 10;

/**
 * Serve a fleet's page and API over TCP, and carry on what is rolled out. Reads are for whoever reaches the address unless they
 * need the token as well; what changes something needs it.
 * @param board what is set for many; null where it can't be read.
 * @returns the page's address, and how to end it. @throws ERR_LISTEN; ERR_PERMISSION for the token's file where reads need it.
 */
export async function serveFleet(
  view: FleetView,
  board: Pick<SettingsBoard, "list" | "edit"> | null,
  options: FleetServiceOptions,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const { tokenFile = null, readsNeedToken = false, allowedHosts = [], version, reserver, pageAsker } = options;
  const hasToken = tokenCheck(tokenFile, readsNeedToken, options.tell);
  const writes = new RateLimit(WRITES_PER_SECOND, 2 * WRITES_PER_SECOND, () => performance.now());
  const reservations = reserver === undefined ? null : new FleetReservations(reserver);
  const pages = pageAsker === undefined ? null : new HostPages(view, pageAsker);
  const settings = board === null || hasToken === null ? null : new FleetSettings(board, view);
  const files = new PageFiles(options.pageFolder, "fleet.html");
  const documents = new Documents(() => performance.now());
  const http = createHttpServer((request, response) => void handle(request, response), {
    connectionsPerSecond: CONNECTIONS_PER_SECOND,
  });
  const port = await listen(http.server, options);
  const { tell } = options;
  const stop =
    board === null ? () => {} : new RolloutDriver({ board, view, onDecided: tell, onProblem: tell }).start(realClock);
  const close = async (): Promise<void> => {
    stop();
    await http.close();
  };
  return { url: `http://${urlHost(options.host)}:${port}/`, close };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    // A client that vanishes while it is written to is its own business.
    response.on("error", () => {});
    try {
      const body = await readBody(request);
      checkHost(request, allowedHosts);
      const asked = { ...askedOf(request), body };
      if (asked.method === "GET" && files.serve(request, pagePath(asked.path), response)) return;
      admit(asked.method, request.headers.authorization);
      await answer(asked, response);
    } catch (thrown) {
      sendProblem(response, thrown);
    }
  }

  /** @throws ERR_TOKEN_NEEDED, ERR_TOO_MANY. */
  function admit(method: string, authorization: string | undefined): void {
    const isRead = method === "GET";
    if ((readsNeedToken || !isRead) && !(hasToken?.(authorization) ?? false))
      throw tokenNeeded(isRead ? "read" : "write");
    if (isRead || writes.take()) return;
    throw selfballoonError("ERR_TOO_MANY", { limit: WRITES_PER_SECOND, what: "writes a second" });
  }

  async function answer(
    { method, path, text, known, accepts, body: sent }: Asked & { readonly body: string },
    response: ServerResponse,
  ): Promise<void> {
    const { route, host, below } = findFleetRoute(method, path);
    const query = new URLSearchParams(text);
    const request = { view, board, reservations, settings, pages, version, query, host, below, body: sent };
    const make = async (): Promise<Buffer> => bytesOf(await route.answer(request));
    const isShared = method === "GET" && text === "" && host === "";
    const body = await (isShared ? documents.get(path, make) : make());
    if (method !== "GET") documents.clear();
    const tag = `"${createHash("sha1").update(body).digest("base64url")}"`;
    if (method === "GET" && known === tag) response.writeHead(304, { etag: tag }).end();
    else
      response
        .writeHead(200, { "content-type": typeFor(route, accepts), "content-length": body.length, etag: tag })
        .end(body);
  }
}

/** Judges who shows the token; null where nobody could. Where reads do not need it, a file that can't be used keeps nobody from reading. @throws ERR_PERMISSION. */
function tokenCheck(
  file: string | null,
  readsNeedToken: boolean,
  tell: (text: string) => void,
): ReturnType<typeof createBearerCheck> | null {
  if (file === null) return null;
  try {
    return createBearerCheck(readToken(file));
  } catch (thrown) {
    if (readsNeedToken) throw thrown;
    tell(
      `Nothing can be changed here, and nothing reserved, until this is started again with a token: ${problemOf(thrown)}`,
    );
    return null;
  }
}

/** What a route's answer is to a client that accepts these types. */
function typeFor({ contentType, otherContentType = contentType }: FleetRoute, accepts: string): string {
  const [other = ""] = otherContentType.split(";");
  return accepts.includes(other) ? otherContentType : contentType;
}

/** At a host's place lies the page that a host serves itself. */
function pagePath(path: string): string {
  return /^\/hosts\/[\w-]{1,63}\/$/.test(path) ? "/index.html" : path;
}

/** A request's method, its path, what follows the path's question mark, and the tag of what the client has. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly text: string;
  readonly known: string | undefined;
  /** The types that the client takes; empty: any. */
  readonly accepts: string;
}

function askedOf({ url, method = "GET", headers }: IncomingMessage): Asked {
  const [path = "/", text = ""] = (url ?? "/").split("?");
  return {
    method: method === "HEAD" ? "GET" : method,
    path,
    text,
    known: headers["if-none-match"],
    accepts: headers.accept ?? "",
  };
}
