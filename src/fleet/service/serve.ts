import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../../api/body.ts";
import { Documents } from "../../api/documents.ts";
import { bytesOf, SECURITY_HEADERS, sendProblem } from "../../api/handler.ts";
import { urlHost } from "../../api/host-check.ts";
import { createHttpServer } from "../../api/http-server.ts";
import { PageFiles } from "../../api/page-files.ts";
import { checkHost, listen } from "../../api/tcp.ts";
import type { FleetView } from "../fleet-view.ts";
import { findFleetRoute } from "./routes.ts";

const CONNECTIONS_PER_SECOND = 100;

/** Where a fleet is served, and what is needed for it. */
export interface FleetServiceOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly version: string;
  /** Where the page lies. */
  readonly pageFolder: string;
}

/**
 * Serve a fleet's page and API over TCP. Nothing can be changed here, so that reads are for whoever reaches the address.
 * @returns the page's address, and how to end it. @throws ERR_LISTEN.
 */
export async function serveFleet(
  view: FleetView,
  options: FleetServiceOptions,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const files = new PageFiles(options.pageFolder, "fleet.html");
  const documents = new Documents(() => performance.now());
  const http = createHttpServer((request, response) => void handle(request, response), {
    connectionsPerSecond: CONNECTIONS_PER_SECOND,
  });
  const port = await listen(http.server, options);
  return { url: `http://${urlHost(options.host)}:${port}/`, close: http.close };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    // A client that vanishes while it is written to is its own business.
    response.on("error", () => {});
    try {
      const [path = "/", text = ""] = (request.url ?? "/").split("?");
      const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
      await readBody(request);
      checkHost(request);
      if (method === "GET" && files.serve(request, path, response)) return;
      const { route, host } = findFleetRoute(method, path);
      const query = new URLSearchParams(text);
      const make = async (): Promise<Buffer> => bytesOf(route.answer({ view, version: options.version, query, host }));
      const isShared = text === "" && host === "";
      const body = await (isShared ? documents.get(path, make) : make());
      response.writeHead(200, { "content-type": route.contentType, "content-length": body.length });
      response.end(body);
    } catch (thrown) {
      sendProblem(response, thrown);
    }
  }
}
