import { describe, expect, it } from "vitest";
import type { AgentReply, AgentRequest } from "../../../../src/backends/host/agent-protocol.ts";
import { GuestFiles } from "../../../../src/backends/host/guest-files.ts";

const PATHS = ["/proc/meminfo", "/proc/pressure/memory", "/proc/zoneinfo"];

/** How the agent refuses what it may not do, today and before QEMU 4.2. */
const DISABLED = {
  today: { ok: false, errorClass: "CommandNotFound", problem: "Command guest-file-seek has been disabled" },
  old: {
    ok: false,
    errorClass: "GenericError",
    problem: "The command guest-file-seek has been disabled for this instance",
  },
} as const;

/** An agent whose files have texts; it reads them by parts as the stock agent does. */
class Agent {
  texts: Record<string, string | null> = Object.fromEntries(PATHS.map((path) => [path, `${path}\n`]));
  unreadable: readonly string[] = [];
  refuse: (command: string) => AgentReply | null = () => null;
  readonly handles = new Map<number, { readonly path: string; at: number }>();
  readonly commands: string[] = [];
  private nextHandle = 1000;

  exchange = async (requests: readonly AgentRequest[]): Promise<readonly AgentReply[]> =>
    requests.map((request) => {
      this.commands.push(request.execute);
      return this.refuse(request.execute) ?? this.answer(request);
    });

  count(command: string): number {
    return this.commands.filter((name) => name === command).length;
  }

  private answer({ execute, arguments: args }: AgentRequest): AgentReply {
    if (execute === "guest-file-open") return this.open(String(args["path"]));
    const handle = Number(args["handle"]);
    const file = this.handles.get(handle);
    if (file === undefined) return failure(`handle '${handle}' has not been found`);
    if (execute === "guest-file-close") this.handles.delete(handle);
    if (execute === "guest-file-seek") file.at = 0;
    if (execute !== "guest-file-read") return { ok: true, value: {} };
    if (this.unreadable.includes(file.path)) return failure("failed to read file: Operation not supported");
    const part = String(this.texts[file.path]).slice(file.at, file.at + Number(args["count"]));
    file.at += part.length;
    const eof = part.length < Number(args["count"]);
    return { ok: true, value: { count: part.length, "buf-b64": Buffer.from(part).toString("base64"), eof } };
  }

  private open(path: string): AgentReply {
    if (typeof this.texts[path] !== "string")
      return failure(`failed to open file '${path}': No such file or directory`);
    this.nextHandle += 1;
    this.handles.set(this.nextHandle, { path, at: 0 });
    return { ok: true, value: this.nextHandle };
  }
}

function failure(problem: string): AgentReply {
  return { ok: false, errorClass: "GenericError", problem };
}

const zoneinfoOf = (bytes: number): string => `${"x".repeat(bytes - 1)}\n`;

describe.each([
  ["together", false],
  ["one by one", true],
])("a guest's files, of an agent that takes requests %s,", (_, isOneByOne) => {
  function open() {
    const agent = new Agent();
    return { agent, files: new GuestFiles(agent.exchange, PATHS, isOneByOne) };
  }

  it.each([524_287, 524_288, 524_289, 1_400_000, 4 * 1_048_576 - 1])("are read whole with %i bytes", async (bytes) => {
    const { agent, files } = open();
    agent.texts["/proc/zoneinfo"] = zoneinfoOf(bytes);
    for (let reading = 0; reading < 2; reading += 1)
      expect((await files.read(3)).map((text) => text?.length)).toEqual([14, 22, bytes]);
    expect(agent.count("guest-file-open")).toBe(3);
  });

  it("are null beyond 4 MiB, and the others are read", async () => {
    const { agent, files } = open();
    agent.texts["/proc/zoneinfo"] = zoneinfoOf(4 * 1_048_576 + 1);
    expect(await files.read(3)).toEqual(["/proc/meminfo\n", "/proc/pressure/memory\n", null]);
    expect(agent.handles.size).toBe(2);
  });

  it("leave no handle behind that can't be read", async () => {
    const { agent, files } = open();
    agent.unreadable = ["/proc/pressure/memory"];
    for (let reading = 0; reading < 5; reading += 1) expect((await files.read(3))[1]).toBeNull();
    expect(agent.count("guest-file-open")).toBe(3);
    expect([...agent.handles.values()].map(({ path }) => path)).toEqual(["/proc/meminfo", "/proc/zoneinfo"]);
  });

  it("are tried again that could not be opened or read, after a while", async () => {
    const { agent, files } = open();
    agent.unreadable = ["/proc/pressure/memory"];
    agent.texts["/proc/zoneinfo"] = null;
    expect(await files.read(3)).toEqual(["/proc/meminfo\n", null, null]);
    agent.unreadable = [];
    agent.texts["/proc/zoneinfo"] = "now\n";
    for (let reading = 0; reading < 8; reading += 1) await files.read(3);
    expect(await files.read(3)).toEqual(["/proc/meminfo\n", "/proc/pressure/memory\n", "now\n"]);
    expect(agent.handles.size).toBe(3);
  });

  describe.each(["guest-file-open", "guest-file-seek", "guest-file-read"])("whose agent may not %s", (command) => {
    it.each(["today", "old"] as const)("are refused, and read once it may (%s)", async (age) => {
      const { agent, files } = open();
      agent.refuse = (name) => (name === command ? DISABLED[age] : null);
      for (let reading = 0; reading < 5; reading += 1)
        await expect(files.read(3)).rejects.toMatchObject({ code: "ERR_COMMAND_REFUSED", details: { command } });
      expect(agent.handles.size).toBe(0);
      agent.refuse = () => null;
      expect(await files.read(3)).toEqual(PATHS.map((path) => `${path}\n`));
    });
  });

  it.each(["today", "old"] as const)("keep their handles while a backup freezes the guest (%s)", async (age) => {
    const { agent, files } = open();
    await files.read(3);
    agent.refuse = () => DISABLED[age];
    await expect(files.read(3)).rejects.toMatchObject({ code: "ERR_COMMAND_REFUSED" });
    agent.refuse = () => null;
    expect(await files.read(3)).toEqual(PATHS.map((path) => `${path}\n`));
    expect([agent.handles.size, agent.count("guest-file-open")]).toEqual([3, 3]);
  });

  it("are read again on the same handles after an exchange failed", async () => {
    const agent = new Agent();
    let isHung = false;
    const files = new GuestFiles(
      async (requests) => {
        if (isHung && requests[0]?.execute === "guest-file-seek") throw new Error("no answer");
        return agent.exchange(requests);
      },
      PATHS,
      isOneByOne,
    );
    isHung = true;
    for (let reading = 0; reading < 5; reading += 1) await expect(files.read(3)).rejects.toThrow("no answer");
    isHung = false;
    await files.read(3);
    expect([agent.handles.size, agent.count("guest-file-open")]).toEqual([3, 3]);
  });

  it("are read where handles may not be closed", async () => {
    const { agent, files } = open();
    agent.refuse = (name) => (name === "guest-file-close" ? DISABLED.today : null);
    await files.read(3);
    agent.handles.clear(); // it was restarted
    expect(await files.read(3)).toEqual(PATHS.map((path) => `${path}\n`));
  });

  it("are not opened again and again where handles may not be closed", async () => {
    const { agent, files } = open();
    agent.texts["/proc/zoneinfo"] = null;
    agent.refuse = (name) => (name === "guest-file-close" ? DISABLED.today : null);
    for (let reading = 0; reading < 40; reading += 1)
      expect(await files.read(3)).toEqual(["/proc/meminfo\n", "/proc/pressure/memory\n", null]);
    expect(agent.handles.size).toBe(2);
  });

  it("end with an agent that sends whole parts for ever", async () => {
    const { agent, files } = open();
    const part = { count: 524_288, "buf-b64": Buffer.alloc(524_288, "x").toString("base64"), eof: false };
    agent.refuse = (name) => (name === "guest-file-read" ? { ok: true, value: part } : null);
    expect(await files.read(1)).toEqual([null]);
    expect(agent.count("guest-file-read")).toBeLessThanOrEqual(8 * PATHS.length);
  });
});

describe("a guest's files, rewound before they are read again,", () => {
  function open() {
    const agent = new Agent();
    const asked: string[][] = [];
    let isHung = false;
    const exchange = (requests: readonly AgentRequest[]): Promise<readonly AgentReply[]> => {
      asked.push(requests.map(({ execute }) => execute.replace("guest-file-", "")));
      return isHung ? Promise.reject(new Error("no answer")) : agent.exchange(requests);
    };
    const hang = (hangs: boolean): void => {
      isHung = hangs;
    };
    return { agent, asked, hang, files: new GuestFiles(exchange, PATHS, true) };
  }

  it("need one request each, and are as they are when they are read", async () => {
    const { agent, asked, files } = open();
    await files.read(3);
    agent.texts["/proc/meminfo"] = "later\n";
    asked.length = 0;
    expect(await files.read(1)).toEqual(["later\n"]);
    expect(asked).toEqual([["read"], ["seek"]]);
    expect(await files.read(3)).toEqual(["later\n", "/proc/pressure/memory\n", "/proc/zoneinfo\n"]);
    expect(asked.slice(2)).toEqual([
      ["read", "read", "read"],
      ["seek", "seek", "seek"],
    ]);
  });

  it("are rewound by who reads them where nobody knows whether they were", async () => {
    const { asked, hang, files } = open();
    await files.read(3);
    hang(true);
    await expect(files.read(1)).rejects.toThrow("no answer");
    hang(false);
    asked.length = 0;
    expect(await files.read(3)).toEqual(PATHS.map((path) => `${path}\n`));
    expect(asked[0]).toEqual(["seek", "seek", "seek", "read", "read", "read"]);
  });

  it("are each read whole by two who read at once", async () => {
    const { agent, files } = open();
    agent.texts["/proc/zoneinfo"] = zoneinfoOf(1_400_000);
    const readings = await Promise.all([files.read(3), files.read(1), files.read(3)]);
    expect(readings.map((texts) => texts.map((text) => text?.length))).toEqual([
      [14, 22, 1_400_000],
      [14],
      [14, 22, 1_400_000],
    ]);
  });
});
