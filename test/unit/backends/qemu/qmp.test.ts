import { readdirSync, readFileSync } from "node:fs";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { QmpClient } from "../../../../src/backends/qemu/qmp.ts";
import { parseQmpMessage, type QmpEvent } from "../../../../src/backends/qemu/qmp-message.ts";
import { eventually } from "../../../support/qmp/eventually.ts";
import { FakeQemu } from "../../../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

const DEADLINE_MS = 2000;

describe("the QMP client", () => {
  const directory = socketDirectory();
  afterAll(() => directory.remove());
  let qemu: FakeQemu;
  let clock = { ms: 0 };
  let events: QmpEvent[] = [];
  let connections = 0;
  let clients: QmpClient[] = [];

  beforeEach(async () => {
    qemu = await FakeQemu.start(directory.path, { name: "vm" });
    clock = { ms: 0 };
    events = [];
    connections = 0;
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) client.close();
    await qemu.close();
  });

  function connect(path = qemu.qmpPath): QmpClient {
    const client = new QmpClient({
      path,
      nowMs: () => clock.ms,
      deadlineMs: DEADLINE_MS,
      backoffMs: { first: 1000, max: 4000 },
      onEvent: (event) => events.push(event),
      onConnected: () => {
        connections += 1;
      },
    });
    clients.push(client);
    return client;
  }

  const balloon = (client: QmpClient): Promise<unknown> => client.execute("query-balloon", null);

  it("negotiates once, then gets answers by id", async () => {
    const client = connect();
    const [status, actual] = await Promise.all([client.execute("query-status", null), balloon(client)]);
    expect(status).toMatchObject({ status: "running" });
    expect(actual).toEqual({ actual: qemu.guest.maximumBytes });
    expect(qemu.qmp.received.map((line) => JSON.parse(line).execute)).toEqual([
      "qmp_capabilities",
      "query-status",
      "query-balloon",
    ]);
    expect(connections).toBe(1);
  });

  it("hears events", async () => {
    await balloon(connect());
    qemu.emit("BALLOON_CHANGE", { actual: 5 });
    await eventually(() => events.length > 0);
    expect(events).toEqual([{ name: "BALLOON_CHANGE", data: { actual: 5 } }]);
  });

  it("gives QEMU's own words when it refuses", async () => {
    await expect(connect().execute("balloon", { value: 0 })).rejects.toMatchObject({
      code: "ERR_COMMAND_REFUSED",
      message: `${qemu.qmpPath} refused balloon: Parameter 'target' expects a size`,
    });
  });

  it("says in words that the socket is occupied, and is served when it is free", async () => {
    const first = connect();
    await balloon(first);
    const second = connect();
    await expect(balloon(second)).rejects.toThrow(/another client holds it.*-qmp socket of its own/);
    first.close();
    clock.ms += 1000;
    expect(await balloon(second)).toEqual({ actual: qemu.guest.maximumBytes });
  });

  it("says that nothing is there", async () => {
    await expect(balloon(connect(`${directory.path}/none.qmp`))).rejects.toMatchObject({
      code: "ERR_SOCKET",
      message: expect.stringContaining("ENOENT"),
    });
  });

  it("survives answers in pieces", async () => {
    qemu.qmp.behave({ kind: "pieces", bytes: 3 });
    expect(await balloon(connect())).toEqual({ actual: qemu.guest.maximumBytes });
  });

  it("is not deceived by answers with wrong ids", async () => {
    const client = connect();
    await balloon(client);
    const alter = (line: string): string => line.replace(/"id":\d+/, '"id":424242');
    qemu.qmp.behave({ kind: "altered", alter });
    await expect(balloon(client)).rejects.toMatchObject({ code: "ERR_DEADLINE" });
  });

  it.each([
    ["no JSON", "garbage line"],
    ["JSON of another kind", "[1, 2]"],
    ["an error without an id", '{"error": {"class": "GenericError", "desc": "JSON parse error, stray"}}'],
  ])("gives the connection up at %s", async (_, line) => {
    const client = connect();
    await balloon(client);
    qemu.qmp.behave({ kind: "garbage", line });
    await expect(balloon(client)).rejects.toMatchObject({ code: "ERR_SOCKET" });
    qemu.qmp.behave({ kind: "well" });
    clock.ms += 1000;
    expect(await balloon(client)).toEqual({ actual: qemu.guest.maximumBytes });
    expect(connections).toBe(2);
  });

  it("gives a line of 100 MB up long before its end, and keeps nothing of it", async () => {
    const client = connect();
    await balloon(client);
    qemu.qmp.behave({ kind: "endless", bytes: 100 * 1_048_576 });
    const before = process.memoryUsage().arrayBuffers;
    await expect(balloon(client)).rejects.toThrow(/lines of at most 262144 bytes/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1_048_576);
  });

  it("ends every waiting command when the connection is cut", async () => {
    const client = connect();
    await balloon(client);
    qemu.qmp.behave({ kind: "silent" });
    const calls = [balloon(client), client.execute("query-status", null)];
    await eventually(() => qemu.qmp.received.length >= 4);
    qemu.qmp.cut();
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "ERR_SOCKET" });
  });

  it("ends a command at its deadline, and starts on a new connection", async () => {
    const client = connect();
    await balloon(client);
    qemu.qmp.behave({ kind: "silent" });
    await expect(balloon(client)).rejects.toMatchObject({ code: "ERR_DEADLINE" });
    qemu.qmp.behave({ kind: "well" });
    clock.ms += 1000;
    expect(await balloon(client)).toEqual({ actual: qemu.guest.maximumBytes });
    expect(connections).toBe(2);
  });

  it("waits longer after each failure, up to the cap, and fails at once meanwhile", async () => {
    const client = connect();
    await balloon(client);
    qemu.qmp.behave({ kind: "cut", after: 0 });
    await expect(balloon(client)).rejects.toMatchObject({ code: "ERR_SOCKET" });
    const triesAfter = async (ms: number): Promise<number> => {
      clock.ms += ms;
      const before = qemu.qmp.served;
      await expect(balloon(client)).rejects.toMatchObject({ code: "ERR_SOCKET" });
      return qemu.qmp.served - before;
    };
    expect(await triesAfter(999)).toBe(0);
    expect(await triesAfter(1)).toBe(1);
    expect(await triesAfter(1999)).toBe(0);
    expect(await triesAfter(1)).toBe(1);
    expect(await triesAfter(3999)).toBe(0);
    expect(await triesAfter(1)).toBe(1);
    expect(await triesAfter(4000)).toBe(1);
  });

  it("waits no longer after a loss than after the first one, if the machine did a command in between", async () => {
    const client = connect();
    for (let losses = 0; losses < 5; losses += 1) {
      await balloon(client);
      qemu.qmp.cut();
      await eventually(() =>
        balloon(client).then(
          () => false,
          () => true,
        ),
      );
      clock.ms += 1000;
    }
    expect(await balloon(client)).toEqual({ actual: qemu.guest.maximumBytes });
  });

  it("waits longer each time for a machine that greets and then hangs", async () => {
    const client = connect();
    qemu.qmp.behave({ kind: "altered", alter: (line) => (line.includes('"actual"') ? "" : line) });
    for (const waitMs of [1000, 2000, 4000]) {
      await expect(balloon(client)).rejects.toMatchObject({ code: "ERR_DEADLINE" });
      clock.ms += waitMs - 1;
      const before = qemu.qmp.served;
      await expect(balloon(client)).rejects.toMatchObject({ code: "ERR_DEADLINE" });
      expect(qemu.qmp.served).toBe(before);
      clock.ms += 1;
    }
  });

  it("does not connect again once it is closed", async () => {
    const client = connect();
    await balloon(client);
    client.close();
    await expect(balloon(client)).rejects.toThrow("the client was closed");
  });
});

describe("what real QEMUs said", () => {
  const folder = new URL("../../../fixtures/qemu/transcripts/", import.meta.url);
  const transcripts = readdirSync(folder).filter((name) => /^qmp-.*\.jsonl$/.test(name));

  it.each(transcripts)("is understood, every line of %s", (name) => {
    const lines = readFileSync(new URL(name, folder), "utf8").trimEnd().split("\n");
    const heard = lines
      .map((line): { dir: string; line: string } => JSON.parse(line))
      .filter(({ dir }) => dir === "recv");
    expect(heard.length).toBeGreaterThan(5);
    expect(heard.filter(({ line }) => parseQmpMessage(line) === null)).toEqual([]);
  });
});
