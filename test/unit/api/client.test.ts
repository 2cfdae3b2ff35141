import { chmodSync } from "node:fs";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { askDaemon, followDaemon } from "../../../src/api/client.ts";
import { impostor, serveApi } from "../../support/api-socket.ts";
import { ScriptedControl } from "../../support/control.ts";
import { faultRecord } from "../../support/guest-records.ts";
import { temporaryFolder } from "../../support/trees.ts";

const MIB = 1_048_576;

/** No daemon is there, and why that is known. */
const noDaemon = (socket: string, problem: unknown) => ({ code: "ERR_NO_DAEMON", details: { socket, problem } });

describe("the client that asks", () => {
  it("has what the daemon answered", async () => {
    const { socket } = await serveApi();
    expect(await askDaemon(socket, "GET", "/v1/reservations")).toEqual({
      ok: true,
      body: { reservations: new ScriptedControl().reservations() },
    });
  });

  it("takes over the daemon's problem", async () => {
    const { socket } = await serveApi();
    const answer = await askDaemon(socket, "PATCH", "/v1/tunables", { guard: "7" });
    expect(answer).toMatchObject({ ok: false, problem: { code: "ERR_TUNABLE_INVALID", details: { name: "guard" } } });
  });

  it("says that no daemon is there", async () => {
    const socket = join(temporaryFolder(), "none.sock");
    await expect(askDaemon(socket, "GET", "/healthz")).rejects.toMatchObject({ code: "ERR_NO_DAEMON" });
    await expect(followDaemon(socket).next()).rejects.toMatchObject({ code: "ERR_NO_DAEMON" });
  });

  it.each([
    [200, "null"],
    [200, "5"],
    [200, '"text"'],
    [200, "true"],
    [200, "{"],
    [200, "<html>hello</html>"],
    [500, ""],
    [404, "not found"],
  ])("says so where something else answers (%d %j)", async (status, body) => {
    const { socket } = await impostor((_, response) => response.writeHead(status).end(body));
    const error = noDaemon(socket, "what listens there is something else");
    await expect(askDaemon(socket, "GET", "/healthz")).rejects.toMatchObject(error);
  });

  it("waits for an answer no longer than it may", async () => {
    const { socket, asked } = await impostor(() => {});
    const answer = askDaemon(socket, "GET", "/healthz", undefined, undefined, 50);
    await expect(answer).rejects.toMatchObject(noDaemon(socket, "no answer within 50 ms"));
    expect(asked).toEqual(["GET /healthz"]);
  });

  it("takes in no more than 64 MiB of an answer", async () => {
    const { socket } = await impostor((_, response) => response.end(`{"a":"${"x".repeat(64 * MIB)}"}`));
    const error = noDaemon(socket, "the answer is too long");
    await expect(askDaemon(socket, "GET", "/v1/guests")).rejects.toMatchObject(error);
  });

  it("says so where the daemon goes in the middle of its answer", async () => {
    const { socket } = await impostor((_, response) => {
      response.writeHead(200, { "content-length": 99 }).write("{", () => response.destroy());
    });
    await expect(askDaemon(socket, "GET", "/healthz")).rejects.toMatchObject(noDaemon(socket, expect.any(String)));
  });

  // A thread can't look as somebody else.
  it.runIf(isMainThread)("says what to do where it may not ask", async () => {
    const { socket } = await serveApi();
    chmodSync(socket, 0);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    let answer: Promise<unknown>;
    try {
      // It is connected to before this returns.
      answer = askDaemon(socket, "GET", "/healthz");
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    await expect(answer).rejects.toMatchObject({
      code: "ERR_PERMISSION",
      details: {
        path: socket,
        mode: "reachable",
        problem: expect.stringContaining("EACCES"),
        remedy: "run as root or as a member of the socket's group",
      },
    });
  });
});

describe("the client that follows", () => {
  it("has each record after a number as the journal has it, whatever its size and letters", async () => {
    const { socket, control } = await serveApi();
    const records = ["lost", "short", "ü€😀".repeat(100_000), "last"].map((problem) =>
      control.journal.add(faultRecord("g", problem)),
    );
    const following = followDaemon(socket, 1);
    for (const record of records.slice(1)) expect((await following.next()).value).toEqual(record);
    await following.return(undefined);
  });

  it("asks for none of the past unless it is told to", async () => {
    const { socket, asked } = await impostor((_, response) => response.end(": nothing\n\n"));
    expect(await followDaemon(socket).next()).toEqual({ value: undefined, done: true });
    expect(await followDaemon(socket, 0).next()).toEqual({ value: undefined, done: true });
    expect(asked).toEqual(["GET /v1/events", "GET /v1/events?after=0"]);
  });

  it("passes over comments and events without data, and keeps what a daemon told before it went", async () => {
    const record = { ...faultRecord("g", "it broke"), seq: 7, atMs: 0 };
    const { socket } = await impostor((_, response) => {
      const event = `id: 7\nevent: fault\ndata: ${JSON.stringify({ ...record, severity: "warning" })}\n\n`;
      response.writeHead(200).write(`: selfballoon\n\nevent: fault\n\n${event}id: 8\neve`, () => response.destroy());
    });
    const following = followDaemon(socket);
    expect(await following.next()).toEqual({ value: record, done: false });
    expect(await following.next()).toEqual({ value: undefined, done: true });
  });

  it("says which events it has lost", async () => {
    const frames = 'event: behind\ndata: {"lostFrom":3,"lostTo":9}\n\n';
    const { socket } = await impostor((_, response) => response.end(frames));
    await expect(followDaemon(socket).next()).rejects.toMatchObject({
      code: "ERR_EVENTS_LOST",
      message: expect.stringContaining("3 to 9"),
    });
  });

  it("says that there are no events where something else answers", async () => {
    const { socket } = await impostor((_, response) => response.writeHead(404).end("not found"));
    const error = noDaemon(socket, "what listens there has no events to follow");
    await expect(followDaemon(socket).next()).rejects.toMatchObject(error);
  });

  it("holds no more than 4 MiB of an event", async () => {
    const { socket } = await impostor((_, response) => response.writeHead(200).end("x".repeat(4 * MIB + 1)));
    const error = noDaemon(socket, "an event is too long");
    await expect(followDaemon(socket).next()).rejects.toMatchObject(error);
    const whole = await impostor((_, response) => response.writeHead(200).end("x".repeat(4 * MIB)));
    expect(await followDaemon(whole.socket).next()).toEqual({ value: undefined, done: true });
  });
});
