import type { RequestListener, ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ConnectionLimits } from "../../../src/api/connections.ts";
import { createHttpServer, type HttpOptions } from "../../../src/api/http-server.ts";
import { until } from "../../support/until.ts";

const NEVER = { idle: null, receiving: null, stalled: null, busy: null };
const LIMITS: ConnectionLimits = { maxConnections: 64, maxUnsentBytes: 1e9, deadlinesMs: NEVER };

/** A server that answers as it is told, and clients of it. */
async function serve(handler: RequestListener, options: HttpOptions = {}) {
  const { server, close } = createHttpServer(handler, { limits: LIMITS, sweepMs: 10, ...options });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  const open = (bytes: string) => {
    const client = { text: "", socket: connect(port, "127.0.0.1", () => client.socket.write(bytes)) };
    client.socket.on("error", () => {}).setEncoding("utf8");
    client.socket.on("data", (chunk: string) => {
      client.text += chunk;
    });
    onTestFinished(() => void client.socket.destroy());
    return client;
  };
  return { open };
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const cutOff = (socket: Socket) => until("the client to be cut off", () => (socket.destroyed ? true : null));
const answered = (client: { readonly text: string }, text: string) =>
  until(`the answer ${text}`, () => (client.text.includes(text) ? true : null));
const hello: RequestListener = (_, response) => response.end("hello");

/** A handler that answers nothing by itself. */
function slow() {
  const asked: { readonly path: string; readonly response: ServerResponse }[] = [];
  const handler: RequestListener = (request, response) => {
    request.resume();
    asked.push({ path: request.url ?? "", response });
  };
  return { asked, handler };
}

describe("an HTTP server", () => {
  it.each([
    ["begins no request", "", { ...NEVER, idle: 50 }],
    ["never ends its headers", "GET / HTTP/1.1\r\nHost: ", { ...NEVER, receiving: 50 }],
    ["never ends its body", "PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", { ...NEVER, receiving: 50 }],
  ])("cuts off a client that %s", async (_, bytes, deadlinesMs) => {
    const { open } = await serve(slow().handler, { limits: { ...LIMITS, deadlinesMs } });
    await cutOff(open(bytes).socket);
  });

  it("has an idle client give way to a new one where no descriptors are left, and refuses it where all are served", async () => {
    let isRoomy = true;
    const { asked, handler } = slow();
    const { open } = await serve(handler, { isRoomy: () => isRoomy, sweepMs: 60_000 });
    open(get("/served"));
    await until("the request", () => asked[0] ?? null);
    const idle = open("");
    await until("the idle client", () => (idle.socket.connecting ? null : true));
    isRoomy = false;
    open(get("/next"));
    await until("the next one's request", () => asked[1] ?? null);
    await cutOff(idle.socket);
    await cutOff(open(get("/refused")).socket);
    expect(asked.map(({ path }) => path)).toEqual(["/served", "/next"]);
  });

  it("cuts idle clients off where descriptors have run short, and none that is served", async () => {
    let isRoomy = true;
    const { asked, handler } = slow();
    const { open } = await serve(handler, { isRoomy: () => isRoomy });
    const served = open(get("/served"));
    const idle = [open(""), open("")];
    await until("the request", () => asked[0] ?? null);
    isRoomy = false;
    for (const { socket } of idle) await cutOff(socket);
    expect(served.socket.destroyed).toBe(false);
  });

  it("hands over one request of a connection at a time, and the next when the answer is out", async () => {
    const { asked, handler } = slow();
    const { open } = await serve(handler);
    const client = open(get("/1"));
    await until("the first request", () => asked[0] ?? null);
    client.socket.write(get(`/2${"x".repeat(3000)}`) + get(`/3${"x".repeat(3000)}`));
    const other = open(get("/other"));
    await until("what another client asks", () => (asked.some(({ path }) => path === "/other") ? true : null));
    expect(asked.map(({ path }) => path)).toEqual(["/1", "/other"]);
    asked[0]?.response.end("one");
    await until("the second request", () => asked[2] ?? null);
    expect(asked).toHaveLength(3);
    asked[2]?.response.end("two");
    await until("the third request", () => asked[3] ?? null);
    expect(asked.map(({ path }) => path.slice(0, 2))).toEqual(["/1", "/o", "/2", "/3"]);
    other.socket.destroy();
  });

  it("hands over what comes in one piece up to a few requests, and cuts off who sends more", async () => {
    const { asked, handler } = slow();
    const { open } = await serve(handler);
    const few = open(get("/few").repeat(4));
    await until("the few", () => (asked.length === 4 ? true : null));
    const many = open(get("/many").repeat(1000));
    await cutOff(many.socket);
    expect(asked.filter(({ path }) => path === "/many").length).toBeLessThanOrEqual(4);
    expect(few.socket.destroyed).toBe(false);
  });

  it("takes a body of many pieces, and the next request after its answer", async () => {
    const lengths: number[] = [];
    const { open } = await serve((request, response) => {
      let length = 0;
      request.on("data", (chunk: Buffer) => {
        length += chunk.length;
      });
      request.on("end", () => {
        lengths.push(length);
        response.end("taken");
      });
    });
    const client = open(
      `PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n${"x".repeat(100_000)}${get("/")}`,
    );
    await until("both answers", () => (lengths.length === 2 ? true : null));
    expect(lengths).toEqual([100_000, 0]);
    expect(client.socket.destroyed).toBe(false);
  });

  it.each([
    ["asks for nothing", "", ""],
    ["has begun a request", "GET / HTTP/1.1\r\nHost", ""],
    ["does not read its answer", get("/large"), "x".repeat(16_000_000)],
  ])("lets a client in, at the limit, in place of the one that %s", async (_, bytes, large) => {
    const { asked, handler } = slow();
    const { open } = await serve(handler, { limits: { ...LIMITS, maxConnections: 2 } });
    const served = open(get("/served"));
    await until("the one that is served", () => asked[0] ?? null);
    const idle = open(bytes);
    if (large !== "") {
      idle.socket.pause();
      (await until("the one that will not read", () => asked[1] ?? null)).response.end(large);
      await until("the answer to be on its way", () => (idle.socket.readableLength > 0 ? true : null));
    }
    const fresh = open(get("/fresh"));
    (await until("the new client", () => asked.find(({ path }) => path === "/fresh") ?? null)).response.end("hello");
    await answered(fresh, "hello");
    idle.socket.resume();
    await cutOff(idle.socket);
    expect(served.socket.destroyed).toBe(false);
  });

  it("lets no client in, at the limit, in place of those that are being served", async () => {
    const { asked, handler } = slow();
    const { open } = await serve(handler, { limits: { ...LIMITS, maxConnections: 2 } });
    const served = [open(get("/1")), open(get("/2"))];
    await until("both to be served", () => (asked.length === 2 ? true : null));
    await cutOff(open(get("/3")).socket);
    expect(served.map(({ socket }) => socket.destroyed)).toEqual([false, false]);
    expect(asked).toHaveLength(2);
  });

  it("lets in no more clients a second than it is told", async () => {
    const { open } = await serve(hello, { connectionsPerSecond: 0.001 });
    await cutOff(open(get("/")).socket);
  });

  it("cuts off a client that does not read its answer in time", async () => {
    const { asked, handler } = slow();
    const { open } = await serve(handler, { limits: { ...LIMITS, deadlinesMs: { ...NEVER, stalled: 50 } } });
    const { socket } = open(get("/"));
    socket.pause();
    const { response } = await until("the request", () => asked[0] ?? null);
    response.end("x".repeat(32_000_000));
    await until("it to be cut off", () => (response.destroyed ? true : null));
    expect(socket.bytesRead).toBeLessThan(32_000_000);
  });

  it("keeps a client that reads slowly for as long as it reads, and no longer", async () => {
    const { asked, handler } = slow();
    let nowMs = 0;
    const limits = { ...LIMITS, maxUnsentBytes: 200_000_000, deadlinesMs: { ...NEVER, stalled: 1000 } };
    const { open } = await serve(handler, { limits, nowMs: () => nowMs });
    const client = open(get("/"));
    const { response } = await until("the request", () => asked[0] ?? null);
    response.end(Buffer.alloc(120_000_000));
    // It pauses itself, so that not all is read between two looks; parts are larger than what the kernel holds.
    let readUpTo = 0;
    client.socket.on("data", () => client.socket.bytesRead > readUpTo && client.socket.pause());
    for (let part = 1; part <= 6; part += 1) {
      readUpTo = part * 12_000_000;
      client.socket.resume();
      await until("a part of the answer", () => (client.socket.bytesRead > readUpTo ? true : null));
      nowMs += 300;
    }
    expect(response.destroyed).toBe(false);
    nowMs += 1001;
    await until("it to be cut off", () => (response.destroyed ? true : null));
  });

  it("cuts off who has not read for the longest, where too much is unsent", async () => {
    const { asked, handler } = slow();
    const { open } = await serve(handler, { limits: { ...LIMITS, maxUnsentBytes: 40_000_000 } });
    const responses: ServerResponse[] = [];
    for (const nth of [0, 1, 2]) {
      open(get(`/${nth}`)).socket.pause();
      const { response } = await until("the request", () => asked[nth] ?? null);
      response.end(Buffer.alloc(16_000_000));
      responses.push(response);
    }
    await until("the first to be cut off", () => (responses[0]?.destroyed ? true : null));
    expect(responses.map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
  });
});
