import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer, type Server } from "node:net";
import { Connection } from "./connection.ts";
import { type ConnectionLimits, Connections } from "./connections.ts";
import { hasDescriptorsForSteps } from "./descriptors.ts";
import { RateLimit } from "./rate-limit.ts";

/** A connection on which nothing is asked for so long is cut off. */
const IDLE_MS = 60_000;

/** A request that takes longer to arrive is cut off. */
const REQUEST_MS = 10_000;

/** A reader that takes nothing of its answer for so long is cut off. */
const STALL_MS = 20_000;

const SWEEP_MS = 1000;

const LIMITS: ConnectionLimits = {
  maxConnections: 64,
  maxUnsentBytes: 32 * 1_048_576,
  deadlinesMs: { idle: IDLE_MS, receiving: REQUEST_MS, stalled: STALL_MS, busy: null },
};

/** What may be set of a server. */
export interface HttpOptions {
  readonly limits?: ConnectionLimits;
  /** New connections a second; twice as many at once. Null: as many as come. */
  readonly connectionsPerSecond?: number | null;
  readonly sweepMs?: number;
  /** Whether descriptors are left for a connection. */
  readonly isRoomy?: () => boolean;
  /** A monotonic clock. */
  readonly nowMs?: () => number;
}

/** An HTTP server with a limit on everything that a client can make it hold. */
export interface HttpServer {
  /** It does not listen yet. */
  readonly server: Server;
  /** End every connection, and listen no more. */
  readonly close: () => Promise<void>;
}

const monotonicMs = (): number => performance.now();

/** Answer HTTP requests with `handler`, one at a time for each connection. */
export function createHttpServer(handler: RequestListener, options: HttpOptions = {}): HttpServer {
  const { limits = LIMITS, connectionsPerSecond = null, sweepMs = SWEEP_MS, nowMs = monotonicMs } = options;
  const { isRoomy = hasDescriptorsForSteps } = options;
  const connections = new Connections(limits, nowMs, isRoomy);
  const rate =
    connectionsPerSecond === null ? null : new RateLimit(connectionsPerSecond, 2 * connectionsPerSecond, nowMs);
  // It only parses: deadlines and limits are those of the connections.
  const http = createHttp({ keepAliveTimeout: IDLE_MS, requestTimeout: 0, headersTimeout: 0 }, (request, response) => {
    const connection: unknown = request.socket;
    if (connection instanceof Connection && connection.begin(request, response)) handler(request, response);
  });
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (rate?.take() === false) return void socket.destroy();
    const connection = new Connection(socket, nowMs);
    if (connections.add(connection)) http.emit("connection", connection);
    else connection.destroy();
  });
  const sweeper = setInterval(() => connections.sweep(), sweepMs);
  sweeper.unref();
  return { server, close };

  function close(): Promise<void> {
    clearInterval(sweeper);
    return new Promise((resolve) => {
      server.close(() => resolve());
      connections.close();
    });
  }
}
