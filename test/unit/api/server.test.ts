import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createApi } from "../../../src/api/api.ts";
import { askDaemon, followDaemon } from "../../../src/api/client.ts";
import { serveSocket } from "../../../src/api/server.ts";
import { ScriptedControl } from "../../support/control.ts";
import { faultRecord } from "../../support/guest-records.ts";
import { temporaryFolder } from "../../support/trees.ts";
import { until } from "../../support/until.ts";

async function serve() {
  const socket = join(temporaryFolder(), "s.sock");
  const control = new ScriptedControl();
  onTestFinished(await serveSocket(socket, createApi(control, "1.2.3")));
  return { socket, control };
}

/** Something else that answers at a socket. */
async function impostor(status: number, body: string): Promise<string> {
  const socket = join(temporaryFolder(), "s.sock");
  const server = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => void server.close());
  return socket;
}

/** A record of more than 4 KiB. */
const add = (control: ScriptedControl) => control.journal.add(faultRecord("g", "x".repeat(4096)));

/** A reader of the event stream. */
function follow(socket: string, headers: Record<string, string> = {}) {
  const reader = { text: "", closed: false, socket: connect(socket) };
  const lines = Object.entries({ host: "x", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  reader.socket.write(`GET /v1/events HTTP/1.1\r\n${lines.join("")}\r\n`);
  reader.socket.setEncoding("utf8").on("data", (chunk: string) => {
    reader.text += chunk;
  });
  reader.socket
    .on("error", () => {})
    .on("close", () => {
      reader.closed = true;
    });
  onTestFinished(() => void reader.socket.destroy());
  return reader;
}

describe("the event stream", () => {
  it("gives a reader all that the journal holds, however much that is", async () => {
    const { socket, control } = await serve();
    for (let count = 0; count < 1024; count += 1) add(control);
    const reader = follow(socket, { "last-event-id": "0" });
    await until("the last event", () => (reader.text.includes("id: 1024\n") ? true : null));
    expect(reader.text.match(/^id: /gm)).toHaveLength(1024);
  });

  it("is cut for a reader that lets it pile up, and goes on for the others", async () => {
    const { socket, control } = await serve();
    const [idle, busy] = [follow(socket), follow(socket)];
    await until("both to follow", () => (idle.text !== "" && busy.text !== "" ? true : null));
    idle.socket.pause();
    let added = 0;
    await until("the busy reader to see the last of 4 MiB", () => {
      if (added < 1024) for (let count = 0; count < 16; count += 1) added = add(control).seq;
      return busy.text.includes("id: 1024\n") ? true : null;
    });
    idle.socket.resume();
    await until("the idle reader to be cut", () => (idle.closed ? true : null));
    expect(idle.text.length).toBeLessThan(busy.text.length);
    expect(busy.closed).toBe(false);
  });
});

describe("the client", () => {
  it("takes over the daemon's problem", async () => {
    const { socket } = await serve();
    const answer = await askDaemon(socket, "PATCH", "/v1/tunables", { guard: "7" });
    expect(answer).toMatchObject({ ok: false, problem: { code: "ERR_TUNABLE_INVALID", details: { name: "guard" } } });
  });

  it("says that no daemon is there", async () => {
    const socket = join(temporaryFolder(), "none.sock");
    await expect(askDaemon(socket, "GET", "/healthz")).rejects.toMatchObject({ code: "ERR_NO_DAEMON" });
    await expect(followDaemon(socket).next()).rejects.toMatchObject({ code: "ERR_NO_DAEMON" });
  });

  it.each([
    [200, "<html>hello</html>"],
    [500, ""],
    [404, "not found"],
  ])("says so where something else answers (%d %j)", async (status, body) => {
    const socket = await impostor(status, body);
    await expect(askDaemon(socket, "GET", "/healthz")).rejects.toMatchObject({ code: "ERR_NO_DAEMON" });
  });

  it("takes no events from something else", async () => {
    const socket = await impostor(404, "not found");
    await expect(followDaemon(socket).next()).rejects.toMatchObject({ code: "ERR_NO_DAEMON" });
  });
});
