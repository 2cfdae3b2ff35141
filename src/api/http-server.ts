import { createServer, type RequestListener, type Server } from "node:http";

/** A request that takes longer to arrive is cut off. */
const REQUEST_DEADLINE_MS = 10_000;

/** A connection on which nothing moves for so long is cut off; event streams have their heartbeat. */
const SILENCE_LIMIT_MS = 60_000;

const MOST_CONNECTIONS = 64;

/** An HTTP server with a limit on everything that a client can make it hold. It does not listen yet. */
export function createHttpServer(handler: RequestListener, deadlineMs = REQUEST_DEADLINE_MS): Server {
  const deadlines = {
    requestTimeout: deadlineMs,
    headersTimeout: deadlineMs,
    connectionsCheckingInterval: deadlineMs / 4,
  };
  const server = createServer(deadlines, handler);
  server.timeout = SILENCE_LIMIT_MS;
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

/** End every connection, and listen no more. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
