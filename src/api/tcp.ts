import { rmSync } from "node:fs";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { createHandler, type Door } from "./handler.ts";
import { isOwnHost, urlHost } from "./host-check.ts";
import { closeServer, createHttpServer } from "./http-server.ts";
import { PageFiles } from "./page-files.ts";
import { RateLimit } from "./rate-limit.ts";
import type { Api } from "./route.ts";
import { createBearerCheck, createToken, readToken } from "./token.ts";

const WRITES_PER_SECOND = 10;
const CONNECTIONS_PER_SECOND = 100;

/** Where to serve, and what is needed for it. */
export interface TcpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The operator's file with the token. Null: a new token for this run, in `runtimeTokenFile`. */
  readonly tokenFile: string | null;
  readonly runtimeTokenFile: string;
  /** Where the page lies. */
  readonly pageFolder: string;
}

/** The API over TCP, as it is served. */
export interface TcpServer {
  /** The page's address. */
  readonly url: string;
  readonly token: string;
  readonly close: () => Promise<void>;
}

/**
 * Serve the API and the page over TCP. Reads are for whoever reaches the address, which is this machine alone unless it is
 * configured otherwise; writes need the token.
 * @throws ERR_LISTEN, ERR_PERMISSION for the token's file.
 */
export async function serveTcp(api: Api, options: TcpOptions): Promise<TcpServer> {
  const { tokenFile, runtimeTokenFile, host } = options;
  const token = tokenFile === null ? createToken(runtimeTokenFile) : readToken(tokenFile);
  const removeToken = (): void => {
    if (tokenFile === null) rmSync(runtimeTokenFile, { force: true });
  };
  const server = createHttpServer(createHandler(api, guardedDoor(token, new PageFiles(options.pageFolder))));
  limitConnections(server);
  try {
    const port = await listen(server, options);
    const close = async (): Promise<void> => {
      removeToken();
      await closeServer(server);
    };
    return { url: `http://${urlHost(host)}:${port}/`, token, close };
  } catch (thrown) {
    removeToken();
    throw thrown;
  }
}

function listen(server: Server, { host, port }: TcpOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (thrown) => {
      reject(
        selfballoonError("ERR_LISTEN", { address: `${urlHost(host)}:${port}`, problem: problemOf(thrown) }, thrown),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function limitConnections(server: Server): void {
  const limit = new RateLimit(CONNECTIONS_PER_SECOND, 2 * CONNECTIONS_PER_SECOND, () => performance.now());
  server.on("connection", (socket) => {
    if (!limit.take()) socket.destroy();
  });
}

function guardedDoor(token: string, files: PageFiles): Door {
  const writes = new RateLimit(WRITES_PER_SECOND, 2 * WRITES_PER_SECOND, () => performance.now());
  const hasToken = createBearerCheck(token);
  return {
    admit(request) {
      checkHost(request);
      const isWrite = request.method !== "GET" && request.method !== "HEAD";
      if (isWrite && !writes.take())
        throw selfballoonError("ERR_TOO_MANY", { limit: WRITES_PER_SECOND, what: "writes a second" });
    },
    isPrivileged: (request) => hasToken(request.headers.authorization),
    serveFile: async (request, path, response) => files.serve(request, path, response),
  };
}

function checkHost(request: IncomingMessage): void {
  const { host } = request.headers;
  const { localAddress, localPort } = request.socket;
  if (isOwnHost(host, localAddress, localPort)) return;
  const expected = `localhost:${localPort}, or the name or address of this machine`;
  throw selfballoonError("ERR_HOST_UNKNOWN", { expected, host: JSON.stringify((host ?? "").slice(0, 128)) });
}
