import { rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { type AccessPolicy, createHandler } from "./handler.ts";
import { isOwnHost, reachableHost, urlHost } from "./host-check.ts";
import { createHttpServer } from "./http-server.ts";
import { PageFiles } from "./page-files.ts";
import { RateLimit } from "./rate-limit.ts";
import type { Api } from "./route.ts";
import { createBearerCheck, createToken, readToken } from "./token.ts";
import { tokenNeeded } from "./token-needed.ts";

const WRITES_PER_SECOND = 10;
/** Writes without the token that are told so; the allowance of those who have it is not touched by them. */
const REFUSALS_PER_SECOND = 10;
const CONNECTIONS_PER_SECOND = 100;

/** Where to serve, and what is needed for it. */
export interface TcpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Host headers that are answered besides the server's own. */
  readonly allowedHosts?: readonly string[];
  /** The operator's file with the token. Null: a new token for this run, in `runtimeTokenFile`. */
  readonly tokenFile: string | null;
  /** True: reads need the token too. */
  readonly readsNeedToken?: boolean;
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
 * configured otherwise; writes need the token, and reads where the options say so.
 * @throws ERR_LISTEN, ERR_PERMISSION for the token's file.
 */
export async function serveTcp(api: Api, options: TcpOptions): Promise<TcpServer> {
  const { tokenFile, runtimeTokenFile, host } = options;
  const token = tokenFile === null ? createToken(runtimeTokenFile) : readToken(tokenFile);
  const removeToken = (): void => {
    if (tokenFile === null) rmSync(runtimeTokenFile, { force: true });
  };
  const access = guardedAccess(token, options);
  const http = createHttpServer(createHandler(api, access), { connectionsPerSecond: CONNECTIONS_PER_SECOND });
  try {
    const port = await listen(http.server, options);
    const close = async (): Promise<void> => {
      removeToken();
      await http.close();
    };
    return { url: `http://${urlHost(reachableHost(host))}:${port}/`, token, close };
  } catch (thrown) {
    removeToken();
    throw thrown;
  }
}

/** @returns the port that is listened on. @throws ERR_LISTEN. */
export function listen(server: Server, { host, port }: Pick<TcpOptions, "host" | "port">): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (thrown) => {
      reject(
        selfballoonError("ERR_LISTEN", { address: `${urlHost(host)}:${port}`, problem: problemOf(thrown) }, thrown),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function guardedAccess(
  token: string,
  { pageFolder, allowedHosts = [], readsNeedToken = false }: TcpOptions,
): AccessPolicy {
  const files = new PageFiles(pageFolder);
  const nowMs = (): number => performance.now();
  const writes = new RateLimit(WRITES_PER_SECOND, 2 * WRITES_PER_SECOND, nowMs);
  const refusals = new RateLimit(REFUSALS_PER_SECOND, 2 * REFUSALS_PER_SECOND, nowMs);
  const hasToken = createBearerCheck(token);
  const showsToken = ({ headers }: IncomingMessage): boolean => hasToken(headers.authorization);
  return {
    sharesDocuments: true,
    admit(request) {
      checkHost(request, allowedHosts);
      if (isRead(request)) return;
      if (showsToken(request)) countWrite(writes, WRITES_PER_SECOND, "writes a second");
      else countWrite(refusals, REFUSALS_PER_SECOND, "writes without the token a second");
    },
    isPrivileged(request) {
      const isPrivileged = showsToken(request);
      if (readsNeedToken && !isPrivileged) throw tokenNeeded(isRead(request) ? "read" : "write");
      return isPrivileged;
    },
    serveFile: async (request, path, response) => files.serve(request, path, response),
  };
}

function isRead({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

/** @throws ERR_TOO_MANY. */
function countWrite(rate: RateLimit, limit: number, what: string): void {
  if (!rate.take()) throw selfballoonError("ERR_TOO_MANY", { limit, what });
}

/** @throws ERR_HOST_UNKNOWN if the request was sent under a name that is not this server's, nor one of `allowed`. */
export function checkHost(request: IncomingMessage, allowed: readonly string[] = []): void {
  const { host } = request.headers;
  const { localAddress, localPort } = request.socket;
  if (isOwnHost(host, localAddress, localPort, allowed)) return;
  const expected = `localhost:${localPort}, or the name or address of this machine`;
  throw selfballoonError("ERR_HOST_UNKNOWN", { expected, host: JSON.stringify((host ?? "").slice(0, 128)) });
}
