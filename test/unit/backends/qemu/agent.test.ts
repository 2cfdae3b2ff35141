import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseAgentReply } from "../../../../src/backends/host/agent-protocol.ts";
import { GuestFiles } from "../../../../src/backends/host/guest-files.ts";
import { AgentClient } from "../../../../src/backends/qemu/agent.ts";
import { eventually } from "../../../support/qmp/eventually.ts";
import { FakeQemu } from "../../../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

const DEADLINE_MS = 2000;
const FILES = ["/proc/meminfo", "/proc/pressure/memory", "/proc/swaps"];

describe("the guest agent's client", () => {
  const directory = socketDirectory();
  afterAll(() => directory.remove());
  let qemu: FakeQemu;
  let clock = { ms: 0 };
  let clients: AgentClient[] = [];

  beforeEach(async () => {
    qemu = await FakeQemu.start(directory.path, { name: "vm" });
    clock = { ms: 0 };
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) client.close();
    await qemu.close();
  });

  function connect(): AgentClient {
    const options = { path: qemu.agentPath, nowMs: () => clock.ms, deadlineMs: DEADLINE_MS };
    const client = new AgentClient({ ...options, backoffMs: { first: 1000, max: 4000 } });
    clients.push(client);
    return client;
  }

  const open = (path: string) => [{ execute: "guest-file-open", arguments: { path, mode: "r" } }];
  const filesOf = (client: AgentClient): GuestFiles => new GuestFiles((requests) => client.exchange(requests), FILES);
  const said = (): string[] => qemu.agentSocket.received.map((line) => JSON.parse(line.replace(/^\u00ff/, "")).execute);

  it("synchronises before it says anything else", async () => {
    const client = connect();
    expect(await client.exchange(open("/proc/meminfo"))).toEqual([{ ok: true, value: 1000 }]);
    expect(qemu.agentSocket.received[0]).toMatch(/^\u00ff\{"execute":"guest-sync-delimited"/);
    expect(said()).toEqual(["guest-sync-delimited", "guest-file-open"]);
  });

  it("makes one exchange after the other, in the order in which they were asked for", async () => {
    const client = connect();
    const replies = await Promise.all(FILES.map((path) => client.exchange(open(path))));
    expect(replies.flat().map((reply) => reply.ok && reply.value)).toEqual([1000, 1001, 1002]);
    expect([...qemu.agent.handles.values()]).toEqual(FILES);
  });

  it("does not take a late answer for the next question's", async () => {
    const client = connect();
    await client.exchange(open("/proc/meminfo"));
    qemu.agentSocket.behave({ kind: "silent" });
    await expect(client.exchange(open("/proc/swaps"))).rejects.toMatchObject({ code: "ERR_DEADLINE" });
    clock.ms += 1000;
    const next = client.exchange(open("/no/such/file"));
    await eventually(() => said().filter((name) => name === "guest-sync-delimited").length === 2);
    qemu.agentSocket.behave({ kind: "well" }); // answers the old question first, to the new connection
    expect(await next).toMatchObject([{ ok: false, problem: expect.stringContaining("/no/such/file") }]);
  });

  it("fails at once for a while after a failure, and tries at once when there is news", async () => {
    const client = connect();
    qemu.agentSocket.behave({ kind: "silent" });
    await expect(client.exchange(open("/proc/swaps"))).rejects.toMatchObject({ code: "ERR_DEADLINE" });
    qemu.agentSocket.behave({ kind: "well" });
    const served = qemu.agentSocket.served;
    await expect(client.exchange(open("/proc/swaps"))).rejects.toMatchObject({ code: "ERR_DEADLINE" });
    expect([client.waiting, qemu.agentSocket.served]).toEqual([true, served]);
    client.retry();
    expect(await client.exchange(open("/proc/swaps"))).toMatchObject([{ ok: true }]);
  });

  it("waits in vain behind another client", async () => {
    await connect().exchange(open("/proc/swaps"));
    await expect(connect().exchange(open("/proc/swaps"))).rejects.toMatchObject({ code: "ERR_DEADLINE" });
  });

  it.each([
    ["garbage", { kind: "garbage", line: "no json" } as const],
    ["a line without an end", { kind: "endless", bytes: 100 * 1_048_576 } as const],
    ["a cut connection", { kind: "cut", after: 0 } as const],
  ])("survives %s", async (_, manner) => {
    const client = connect();
    await client.exchange(open("/proc/swaps"));
    qemu.agentSocket.behave(manner);
    await expect(client.exchange(open("/proc/swaps"))).rejects.toMatchObject({ code: "ERR_SOCKET" });
    qemu.agentSocket.behave({ kind: "well" });
    clock.ms += 1000;
    expect(await client.exchange(open("/proc/swaps"))).toMatchObject([{ ok: true }]);
  });

  it("survives answers in pieces", async () => {
    qemu.agentSocket.behave({ kind: "pieces", bytes: 2 });
    expect(await connect().exchange(open("/proc/swaps"))).toMatchObject([{ ok: true }]);
  });

  it("refuses more calls than can be waiting for good", async () => {
    const client = connect();
    qemu.agentSocket.behave({ kind: "silent" });
    const calls = Array.from({ length: 9 }, () => client.exchange(open("/proc/swaps")));
    const ends = await Promise.allSettled(calls);
    expect(ends.map((end) => end.status)).toEqual(Array.from({ length: 9 }, () => "rejected"));
    expect(ends[8]).toMatchObject({ reason: { message: expect.stringContaining("too many calls") } });
  });

  describe("and the guest's files", () => {
    it("are read afresh on kept handles", async () => {
      const files = filesOf(connect());
      await files.read(3);
      qemu.guest.setTarget(300 * 1_048_576);
      const [meminfo] = await files.read(3);
      expect(meminfo).toContain("MemTotal:         256000 kB");
      expect(said().filter((name) => name === "guest-file-open")).toHaveLength(3);
    });

    it("are read only as far as asked", async () => {
      const files = filesOf(connect());
      expect(await files.read(3)).toHaveLength(3);
      const before = qemu.agentSocket.received.length;
      expect(await files.read(1)).toHaveLength(1);
      expect(said().slice(before)).toEqual(["guest-file-seek", "guest-file-read"]);
    });

    it("are all opened again when the agent was restarted and forgot them", async () => {
      const files = filesOf(connect());
      const before = await files.read(3);
      qemu.agent.restart();
      expect(await files.read(3)).toEqual(before);
      expect([...qemu.agent.handles.values()]).toEqual(FILES);
    });

    it("are null where the guest has none, and the others are read", async () => {
      qemu.guest.files = { "/proc/pressure/memory": null };
      const [meminfo, pressure, swaps] = await filesOf(connect()).read(3);
      expect([meminfo === null, pressure, swaps === null]).toEqual([false, null, false]);
    });

    it("are refused by an agent that may not read files", async () => {
      qemu.agent.forbidden = ["guest-file-open"];
      await expect(filesOf(connect()).read(3)).rejects.toMatchObject({
        code: "ERR_COMMAND_REFUSED",
        message: expect.stringContaining("guest-file-open has been disabled"),
      });
    });

    it("do not stay open in the agent", async () => {
      const files = filesOf(connect());
      await files.read(3);
      expect(qemu.agent.handles.size).toBe(3);
      await files.close();
      expect(qemu.agent.handles.size).toBe(0);
    });

    it("do not pile up in the agent when one can be opened and not be read", async () => {
      const files = filesOf(connect());
      qemu.agent.unreadable = ["/proc/pressure/memory"];
      for (let reading = 0; reading < 5; reading++) expect((await files.read(3))[1]).toBeNull();
      expect(said().filter((name) => name === "guest-file-open")).toHaveLength(3);
    });

    it.each([
      ["not the whole of it", '{"return": {"count": 3, "buf-b64": "YWJj", "eof": false}}'],
      ["less than it says", '{"return": {"count": 4, "buf-b64": "YWJj", "eof": true}}'],
      ["no base64", '{"return": {"count": 4, "buf-b64": 7, "eof": true}}'],
      ["no object", '{"return": null}'],
    ])("are not believed when the answer is %s", async (_, answer) => {
      const client = connect();
      const files = filesOf(client);
      await files.read(3);
      qemu.agentSocket.behave({ kind: "garbage", line: answer });
      await expect(files.read(1)).rejects.toMatchObject({ code: "ERR_FORMAT" });
    });
  });
});

describe("what a real agent said", () => {
  it("is understood, every line", () => {
    const file = new URL("../../../fixtures/qemu/transcripts/qga-7.2.jsonl", import.meta.url);
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const heard = lines
      .map((line): { dir: string; line: string } => JSON.parse(line))
      .filter(({ dir, line }) => dir === "recv" && !line.includes("QMP") && !line.includes('"event"'));
    expect(heard.length).toBeGreaterThan(10);
    expect(heard.filter(({ line }) => parseAgentReply(line.replace(/^\ufffd+/, "")) === null)).toEqual([]);
  });
});
