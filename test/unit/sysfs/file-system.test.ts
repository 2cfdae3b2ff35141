import { constants } from "node:os";
import { describe, expect, it } from "vitest";
import { selfballoonError } from "../../../src/core/errors.ts";
import { DRIVER_TUNABLES } from "../../../src/core/tunables.ts";
import { FileSystem } from "../../../src/sysfs/file-system.ts";
import { OPCODE } from "../../../src/sysfs/fuse-requests.ts";
import { words } from "../../support/fuse.ts";

const ROOT_PID = 1;
const FIRST = DRIVER_TUNABLES.map(({ name }) => [name, 5] as const);

/** The errno of an answer by its name, `ok` for none. */
function nameOf(errno: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? "ok";
}

/** A file system whose daemon is a map; `daemon.dead` makes it one that does not answer. */
function rig(initial: Iterable<readonly [string, number]> = FIRST) {
  const values = new Map(initial);
  const daemon = { values, dead: false };
  const checkAlive = (): void => {
    if (daemon.dead) throw selfballoonError("ERR_NO_DAEMON", { socket: "/s", problem: "it is dead" });
  };
  const files = new FileSystem(
    {
      read: async () => {
        checkAlive();
        return values;
      },
      write: async (name, value) => {
        checkAlive();
        values.set(name, value);
      },
    },
    (pid) => pid === ROOT_PID,
    1_000_000,
  );
  const ask = async (opcode: number, node: number, body: Buffer = Buffer.alloc(88), pid = ROOT_PID) => {
    const answer = await files.answer({ opcode, unique: 3n, node, pid, body });
    if (answer === null) throw new Error("there was no answer");
    return { said: nameOf(-answer.readInt32LE(4)), body: answer.subarray(16) };
  };
  const lookUp = async (name: string) => ask(OPCODE.lookup, 1, Buffer.from(`${name}\0`));
  const node = async (name: string): Promise<number> => Number((await lookUp(name)).body.readBigUInt64LE(0));
  const open = async (name: string, flags: number) => ask(OPCODE.open, await node(name), words(flags, 0));
  const read = async (name: string) => {
    const { said, body } = await ask(OPCODE.read, await node(name), words(1, 0, 0, 0, 4096, 0, 0, 0, 0, 0));
    return said === "ok" ? body.toString("latin1") : said;
  };
  const write = async (name: string, text: string, pid = ROOT_PID, offset = 0) => {
    const head = words(1, 0, offset, 0, Buffer.byteLength(text, "latin1"), 0, 0, 0, 0, 0);
    return (await ask(OPCODE.write, await node(name), Buffer.concat([head, Buffer.from(text, "latin1")]), pid)).said;
  };
  const list = async (): Promise<string> =>
    (await ask(OPCODE.readdir, 1, words(0, 0, 0, 0, 4096, 0, 0, 0, 0, 0))).body.toString("latin1");
  return { daemon, files, ask, lookUp, node, open, read, write, list };
}

describe("the driver's files", () => {
  it.each(DRIVER_TUNABLES.map(({ name }) => name))("have %s, mode 0644, of root, a page long", async (name) => {
    const { lookUp, read, list } = rig();
    const { said, body } = await lookUp(name);
    const [mode, uid, gid] = [60, 68, 72].map((offset) => body.readUInt32LE(40 + offset));
    expect({ said, mode, uid, gid }).toEqual({ said: "ok", mode: 0o100644, uid: 0, gid: 0 });
    expect(body.readBigUInt64LE(40 + 8)).toBe(4096n);
    expect(await read(name)).toBe("5\n");
    expect(await list()).toContain(name);
  });

  it("are nine, and nothing else is there", async () => {
    const { lookUp } = rig();
    expect(
      DRIVER_TUNABLES.map(({ name }) => name).filter((name) => /^(selfballoon|frontswap)/.test(name)),
    ).toHaveLength(9);
    for (const name of ["guard", "", "frontswap_cpu_percent", "toString", "x".repeat(300)])
      expect((await lookUp(name)).said).toBe("ENOENT");
  });

  it("have none of compressed swap where there is no such swap", async () => {
    const { lookUp, list, daemon } = rig(FIRST.filter(([name]) => !name.startsWith("frontswap")));
    expect((await lookUp("frontswap_inertia")).said).toBe("ENOENT");
    expect(await list()).not.toContain("frontswap");
    daemon.values.set("frontswap_selfshrinking", 1);
    expect(await list()).toContain("frontswap_inertia");
    daemon.dead = true;
    expect((await lookUp("frontswap_inertia")).said).toBe("ok");
  });

  it("show large values as the driver did", async () => {
    const { read, write } = rig();
    expect(await write("selfballoon_reserved_mb", "4294967295\n")).toBe("ok");
    expect(await read("selfballoon_reserved_mb")).toBe("-1\n");
  });
});

describe("a write to the driver's files", () => {
  it.each([
    ["10\n", 10],
    ["10", 10],
    ["+7\n", 7],
    ["007", 7],
    ["10\0garbage", 10],
  ])("of %j sets %i", async (text, value) => {
    const { write, daemon } = rig();
    expect(await write("selfballoon_interval", text)).toBe("ok");
    expect(daemon.values.get("selfballoon_interval")).toBe(value);
  });

  it.each(["", "\n", "0", "-1", " 10", "10 ", "10\n\n", "0x10", "1e3", "4294967296", "10\r\n", "ten", "\0", "\u00b2"])(
    "of %j is EINVAL and changes nothing",
    async (text) => {
      const { write, daemon } = rig();
      expect(await write("selfballoon_interval", text)).toBe("EINVAL");
      expect(daemon.values.get("selfballoon_interval")).toBe(5);
    },
  );

  it.each(["selfballoon_min_usable_mb", "selfballoon_reserved_mb"])(
    "of 0 to %s is EINVAL, as the driver had it",
    async (name) => {
      expect(await rig().write(name, "0\n")).toBe("EINVAL");
    },
  );

  it("is a value of its own, wherever in the file it is put", async () => {
    const { write, daemon } = rig();
    expect([
      await write("selfballoon_interval", "12", ROOT_PID, 4096),
      daemon.values.get("selfballoon_interval"),
    ]).toEqual(["ok", 12]);
  });

  it("without privilege is EPERM, before the value is looked at and whatever the mode is", async () => {
    const { ask, node, write, daemon } = rig();
    const body = Buffer.alloc(88);
    body.writeUInt32LE(1, 0);
    body.writeUInt32LE(0o666, 68);
    expect((await ask(OPCODE.setattr, await node("selfballoon_interval"), body)).body.readUInt32LE(16 + 60)).toBe(
      0o100666,
    );
    expect([await write("selfballoon_interval", "9", 77), await write("selfballoon_interval", "abc", 77)]).toEqual([
      "EPERM",
      "EPERM",
    ]);
    expect(daemon.values.get("selfballoon_interval")).toBe(5);
  });

  it("that carries less than it claims is EINVAL", async () => {
    const { ask, node } = rig();
    expect((await ask(OPCODE.write, await node("selfballooning"), words(1, 0, 0, 0, 4096, 0, 0, 0, 0, 0))).said).toBe(
      "EINVAL",
    );
  });
});

describe("the driver's files without a daemon", () => {
  it("can be seen, and neither read nor written", async () => {
    const { daemon, lookUp, open, read, write, list } = rig();
    daemon.dead = true;
    expect((await lookUp("selfballooning")).said).toBe("ok");
    expect((await open("selfballooning", 2)).said).toBe("ok");
    expect(await list()).toContain("selfballooning");
    expect([await read("selfballooning"), await write("selfballooning", "1")]).toEqual(["ENOTCONN", "ENOTCONN"]);
  });
});

describe("the folder of the driver's files", () => {
  it.each([
    ["create", "EACCES"],
    ["mknod", "EACCES"],
    ["mkdir", "EPERM"],
    ["symlink", "EPERM"],
    ["link", "EPERM"],
    ["unlink", "EPERM"],
    ["rmdir", "EPERM"],
    ["rename", "EPERM"],
    ["rename2", "EPERM"],
  ] as const)("answers to %s with %s, as sysfs does", async (request, errno) => {
    expect((await rig().ask(OPCODE[request], 1)).said).toBe(errno);
  });

  it.each(["forget", "batchForget", "interrupt"] as const)("gives no answer to %s", async (request) => {
    const { files } = rig();
    expect(
      await files.answer({ opcode: OPCODE[request], unique: 1n, node: 1, pid: 0, body: Buffer.alloc(88) }),
    ).toBeNull();
  });

  it("knows no more than it needs", async () => {
    for (const opcode of [0, 22, 39, 46, 99, 0xffff_ffff]) expect((await rig().ask(opcode, 1)).said).toBe("ENOSYS");
  });

  it.each([
    [0o444, 1, "EACCES"],
    [0o444, 0, "ok"],
    [0o200, 0, "EACCES"],
    [0o200, 1, "ok"],
    [0o200, 2, "EACCES"],
    [0o000, 0, "EACCES"],
  ])("opens a file of mode %i with flags %i: %s", async (mode, flags, said) => {
    const { ask, node, open } = rig();
    const body = Buffer.alloc(88);
    body.writeUInt32LE(1, 0);
    body.writeUInt32LE(mode, 68);
    await ask(OPCODE.setattr, await node("selfballooning"), body);
    expect((await open("selfballooning", flags)).said).toBe(said);
  });

  it("agrees on a protocol with kernels since Linux 3.15", async () => {
    const greet = async (major: number, minor: number) =>
      (await rig().ask(OPCODE.init, 0, words(major, minor, 0, 0))).said;
    expect([await greet(7, 22), await greet(6, 40), await greet(7, 23), await greet(7, 45), await greet(8, 0)]).toEqual(
      ["EPROTO", "EPROTO", "ok", "ok", "ok"],
    );
  });

  it.each([0, 11, 4096, Number.MAX_SAFE_INTEGER])("has nothing of number %i", async (node) => {
    const { ask } = rig();
    for (const request of ["getattr", "setattr", "open", "opendir", "read", "write"] as const)
      expect((await ask(OPCODE[request], node)).said).toBe("ENOENT");
  });
});
