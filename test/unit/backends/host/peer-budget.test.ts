import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseJsonObject } from "../../../../src/backends/host/json.ts";
import { PeerBudget } from "../../../../src/backends/host/peer-budget.ts";
import { QemuGuest } from "../../../../src/backends/qemu/guest.ts";
import { LineSocket } from "../../../../src/backends/qemu/line-socket.ts";
import { eventually } from "../../../support/qmp/eventually.ts";
import { FakeQemu } from "../../../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

describe("what a peer may say", () => {
  const clock = { ms: 0 };
  const limits = { linesPerS: 10, linesAtOnce: 20, bytesPerS: 100, bytesAtOnce: 300 };
  const linesTaken = (budget: PeerBudget): number => {
    budget.takeBytes(0);
    let count = 0;
    while (budget.takeLine()) count += 1;
    return count;
  };

  it("is bounded at once and a second, and saved up no further", () => {
    const budget = new PeerBudget(limits, () => clock.ms);
    expect([linesTaken(budget), linesTaken(budget)]).toEqual([20, 0]);
    clock.ms += 1500;
    expect(linesTaken(budget)).toBe(15);
    clock.ms += 3_600_000;
    expect(linesTaken(budget)).toBe(20);
  });

  it("is bounded in bytes as well", () => {
    const budget = new PeerBudget(limits, () => clock.ms);
    expect([budget.takeBytes(300), budget.takeBytes(1)]).toEqual([true, false]);
    clock.ms += 500;
    expect([budget.takeBytes(51), budget.takeBytes(50)]).toEqual([false, true]);
  });

  it("is not more because a clock went back", () => {
    const budget = new PeerBudget(limits, () => clock.ms);
    linesTaken(budget);
    clock.ms -= 10_000;
    expect(linesTaken(budget)).toBe(0);
  });

  it.each([
    ["arrays without an end", "[".repeat(500_000)],
    ["arrays in arrays", `{"return":${"[".repeat(33)}${"]".repeat(33)}}`],
    ["very many values", `{"return":[${"1,".repeat(20_000)}1]}`],
    ["objects in objects", `${'{"a":'.repeat(40)}1${"}".repeat(40)}`],
  ])("is not parsed where it is made of %s", (_, text) => {
    expect(parseJsonObject(text)).toBeNull();
  });

  it("may hold whatever it likes in its texts", () => {
    const value = { return: `${"[{".repeat(50)}\\" ${",".repeat(20_000)} \\\\`, "[[": '"' };
    expect(parseJsonObject(JSON.stringify(value))).toEqual(value);
  });
});

describe("a peer that says too much", () => {
  const directory = socketDirectory();
  afterAll(() => directory.remove());
  const signal = new AbortController().signal;
  const clock = { ms: 0 };
  let qemu: FakeQemu;
  let guest: QemuGuest;

  beforeEach(async () => {
    qemu = await FakeQemu.start(directory.path, { name: "web" });
    const nowMs = (): number => clock.ms;
    const path = qemu.qmpPath;
    const options = { path, qmpPaths: () => [path], agentPattern: null, deadlineMs: 2000, nowMs, nowS: () => 0 };
    guest = new QemuGuest(options);
  });

  afterEach(async () => {
    await guest.close();
    await qemu.close();
  });

  const observe = () => guest.observe("web", signal);
  const isCutOff = async (): Promise<boolean> => {
    const code: unknown = await observe().then(
      () => null,
      (error) => error.code,
    );
    return code === "ERR_PEER_FLOODS";
  };

  it.each([
    ["events", '{"event":"RTC_CHANGE","timestamp":{"seconds":1,"microseconds":2}}\n'],
    ["answers to nothing", '{"return":{},"id":"none"}\n'],
    ["empty greetings", '{"QMP":{}}\n'],
    ["empty lines", "\n"],
    ["blank lines", " \r\n"],
  ])("is cut off for %s, is told so, and is managed again when it is quiet", async (_, line) => {
    await observe();
    qemu.qmp.say(line.repeat(2000));
    await eventually(isCutOff);
    clock.ms += 11_000;
    expect((await observe()).observation.committedPages).toBe(100 * 256);
  });

  it("is cut off where it reads nothing: what is said to it is not kept without end", async () => {
    const all = { linesPerS: 10, linesAtOnce: 10, bytesPerS: 10_000, bytesAtOnce: 10_000 };
    const budget = new PeerBudget(all, () => clock.ms);
    const options = { path: qemu.agentPath, budget, maxLineBytes: 1000 };
    const [served, waiting] = [await LineSocket.connect(options), await LineSocket.connect(options)];
    const problems: string[] = [];
    waiting.listen({ onLine: () => {}, onEnd: ({ message }) => problems.push(message) });
    for (let kib = 0; problems.length === 0 && kib < 16_384; kib += 64) {
      waiting.send("x".repeat(65_536));
      await new Promise((resolve) => setImmediate(resolve));
    }
    served.close();
    waiting.close();
    expect(problems).toEqual([expect.stringContaining("it takes no more commands")]);
  });

  it("is cut off for reads that bring next to nothing", async () => {
    const little = { linesPerS: 10, linesAtOnce: 10, bytesPerS: 1, bytesAtOnce: 511 };
    const budget = new PeerBudget(little, () => clock.ms);
    const socket = await LineSocket.connect({ path: qemu.agentPath, budget, maxLineBytes: 1000 });
    let code: string | null = null;
    socket.listen({ onLine: () => {}, onEnd: (error) => (code = error.code) });
    await eventually(() => Promise.resolve(qemu.agentSocket.served === 1));
    qemu.agentSocket.say("x");
    await eventually(() => Promise.resolve(code !== null));
    expect(code).toBe("ERR_PEER_FLOODS");
  });

  it("has no more to say for it on a new connection", async () => {
    await observe();
    qemu.qmp.say('{"event":"RTC_CHANGE"}\n'.repeat(2000));
    await eventually(isCutOff);
    clock.ms += 1001; // the back-off
    await observe();
    qemu.qmp.say('{"event":"RTC_CHANGE"}\n'.repeat(300));
    await eventually(isCutOff);
  });

  it("is cut off and told so, if it is the agent", async () => {
    await observe();
    const line = '{"return":{}}\n';
    qemu.agentSocket.behave({ kind: "altered", alter: () => line.repeat(2000) }); // while it should synchronise
    qemu.agentSocket.cut();
    await eventually(isCutOff);
    expect(await isCutOff()).toBe(true);
    qemu.agentSocket.behave({ kind: "well" });
    clock.ms += 11_000;
    expect((await observe()).observation.psiSomeTotalUs).toBe(1234);
  });
});
