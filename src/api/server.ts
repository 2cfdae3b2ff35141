import { chmodSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ControlPort } from "../core/control.ts";
import { problemOf, SelfballoonError, selfballoonError } from "../core/errors.ts";
import { streamEvents } from "./events.ts";
import { answerRequest } from "./routes.ts";

const BODY_LIMIT_KIB = 64;

/** A request that takes longer is cut off. */
const REQUEST_DEADLINE_MS = 10_000;

/** Owner and group may use the socket: whoever can reach it may write. */
const SOCKET_MODE = 0o660;

/**
 * Serve `control` as HTTP on the unix socket `path`, mode 0660. A socket left by a daemon that died is replaced: the
 * caller holds the lock.
 * @returns how to close it.
 */
export async function serveSocket(path: string, control: ControlPort): Promise<() => Promise<void>> {
  const server = createServer(
    { requestTimeout: REQUEST_DEADLINE_MS, headersTimeout: REQUEST_DEADLINE_MS },
    (request, response) => {
      void handle(control, request, response);
    },
  );
  server.maxConnections = 64;
  rmSync(path, { force: true });
  await listen(server, path);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (thrown) => {
      const remedy = "run as root, or set another api.socket";
      reject(
        selfballoonError("ERR_PERMISSION", { path, mode: "a place for a socket", problem: problemOf(thrown), remedy }),
      );
    });
    // Nobody but the owner may connect before the mode is set.
    const umask = process.umask(0o177);
    server.listen(path, () => {
      chmodSync(path, SOCKET_MODE);
      resolve();
    });
    process.umask(umask);
  });
}

async function handle(control: ControlPort, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = "/"] = (request.url ?? "/").split("?");
  const method = request.method ?? "GET";
  try {
    if (method === "GET" && path === "/v1/events") return streamEvents(control, request, response);
    const body = await readBody(request);
    send(response, 200, await answerRequest(control, { method, path, body, privileged: true }));
  } catch (thrown) {
    const error =
      thrown instanceof SelfballoonError ? thrown : selfballoonError("ERR_INTERNAL", { problem: problemOf(thrown) });
    send(response, error.httpStatus, { code: error.code, message: error.message, details: error.details });
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_KIB * 1024) throw selfballoonError("ERR_BODY_TOO_LARGE", { limitKib: BODY_LIMIT_KIB });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}
