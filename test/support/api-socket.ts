import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createApi } from "../../src/api/api.ts";
import { serveSocket } from "../../src/api/server.ts";
import { ScriptedControl } from "./control.ts";
import { temporaryFolder } from "./trees.ts";

/** A daemon's socket, until the test ends. */
export async function serveApi() {
  const socket = join(temporaryFolder(), "s.sock");
  const control = new ScriptedControl();
  onTestFinished(await serveSocket(socket, createApi(control, "1.2.3")));
  return { socket, control };
}

/** Something else behind a socket, until the test ends, and what it was asked for. */
export async function impostor(listener: RequestListener) {
  const socket = join(temporaryFolder(), "s.sock");
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { socket, asked };
}
