import { statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import { createApi } from "../../../src/api/api.ts";
import { askDaemon } from "../../../src/api/client.ts";
import { serveSocket } from "../../../src/api/server.ts";
import { serveApi } from "../../support/api-socket.ts";
import { ScriptedControl } from "../../support/control.ts";
import { faultRecord } from "../../support/guest-records.ts";
import { temporaryFolder } from "../../support/trees.ts";
import { until } from "../../support/until.ts";

/** A record of more than 4 KiB. */
const add = (control: ScriptedControl, length = 4096) => control.journal.add(faultRecord("g", "x".repeat(length)));

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

describe("the control socket", () => {
  // A thread can't set the umask.
  it.runIf(isMainThread)("is open to nobody but its owner before it has its mode", async () => {
    const socket = join(temporaryFolder(), "s.sock");
    const serving = serveSocket(socket, createApi(new ScriptedControl(), "1.2.3"));
    const modeAtFirst = statSync(socket).mode & 0o777;
    onTestFinished(await serving);
    expect([modeAtFirst, statSync(socket).mode & 0o777]).toEqual([0o600, 0o660]);
  });
});

describe("a client that waits for memory", () => {
  it("is known to have gone, and is not where it had its answer", async () => {
    const { socket, control } = await serveApi();
    await askDaemon(socket, "POST", "/v1/reservations", { bytes: 1, guest: "fast" });
    const cancelled = new AbortController();
    const asked = askDaemon(socket, "POST", "/v1/reservations", { bytes: 1, guest: "slow" }, cancelled.signal);
    const failed = expect(asked).rejects.toThrow();
    await until("its wish", () => (control.wishes.length === 2 ? true : null));
    cancelled.abort();
    await failed;
    await until("its going", () => (control.abandoned.length > 0 ? true : null));
    expect(control.abandoned).toMatchObject([{ guest: "slow", isKept: false }]);
  });
});

describe("the event stream", () => {
  it("gives a reader all that the journal holds, however much that is", async () => {
    const { socket, control } = await serveApi();
    for (let count = 0; count < 1024; count += 1) add(control);
    const reader = follow(socket, { "last-event-id": "0" });
    await until("the last event", () => (reader.text.includes("id: 1024\n") ? true : null));
    expect(reader.text.match(/^id: /gm)).toHaveLength(1024);
  });

  it("waits for a reader that is behind, without holding what it has not read, and goes on for the others", async () => {
    const { socket, control } = await serveApi();
    const [idle, busy] = [follow(socket), follow(socket)];
    await until("both to follow", () => (idle.text !== "" && busy.text !== "" ? true : null));
    idle.socket.pause();
    for (let count = 0; count < 64; count += 1) {
      for (let nth = 0; nth < 16; nth += 1) add(control);
      await until("the busy reader", () => (busy.text.includes(`id: ${16 * count + 16}\n`) ? true : null));
    }
    idle.socket.resume();
    await until("the idle reader to have all", () => (idle.text.includes("id: 1024\n") ? true : null));
    expect(idle.text).toBe(busy.text);
  });

  it("tells a reader whose next events the journal has lost which they are, and ends", async () => {
    const { socket, control } = await serveApi();
    const [idle, busy] = [follow(socket), follow(socket)];
    await until("both to follow", () => (idle.text !== "" && busy.text !== "" ? true : null));
    idle.socket.pause();
    let last = 0;
    for (let count = 0; count < 256; count += 1) {
      for (let nth = 0; nth < 16; nth += 1) last = add(control, 512).seq;
      await until("the busy reader", () => (busy.text.slice(-2000).includes(`id: ${last}\n`) ? true : null));
    }
    idle.socket.resume();
    await until("the idle reader to be told", () => (/event: behind\n.*\n\n/.test(idle.text) ? true : null));
    const { lostFrom, lostTo } = JSON.parse(/event: behind\ndata: (.*)\n/.exec(idle.text)?.[1] ?? "{}") as {
      lostFrom: number;
      lostTo: number;
    };
    expect(idle.text).toContain(`id: ${lostFrom - 1}\n`);
    expect(idle.text).not.toContain(`id: ${lostFrom}\n`);
    expect(lostTo).toBe(last - 1024);
    expect(busy.closed).toBe(false);
  });

  it("is open to so many readers, and one more is told to come again", async () => {
    const { socket } = await serveApi();
    const readers = Array.from({ length: 32 }, () => follow(socket));
    await until("all to follow", () => (readers.every(({ text }) => text !== "") ? true : null));
    const answer = await askDaemon(socket, "GET", "/v1/events");
    expect(answer).toMatchObject({ ok: false, problem: { code: "ERR_TOO_MANY", details: { what: "event streams" } } });
    readers[0]?.socket.destroy();
    await until("a place to be free", async () => {
      const late = follow(socket);
      await until("an answer", () => (late.text !== "" ? true : null));
      late.socket.destroy();
      return late.text.startsWith("HTTP/1.1 200") ? true : null;
    });
  });
});
