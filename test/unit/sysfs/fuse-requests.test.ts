import { describe, expect, it } from "vitest";
import {
  OPCODE,
  parseInit,
  parseName,
  parseOpen,
  parseRead,
  parseRequest,
  parseSetattr,
  parseWrittenText,
} from "../../../src/sysfs/fuse-requests.ts";
import { requestBytes, words } from "../../support/fuse.ts";

const request = { opcode: OPCODE.lookup, unique: 7n, node: 1, pid: 42, body: Buffer.from("selfballooning\0") };

describe("a request", () => {
  it("is taken apart into what is asked, of what, and by whom", () => {
    expect(parseRequest(requestBytes(request))).toEqual(request);
  });

  it("is none if it is shorter than a header, or not as long as it says", () => {
    const bytes = requestBytes(request);
    expect([
      parseRequest(bytes.subarray(0, 39)),
      parseRequest(bytes.subarray(0, -1)),
      parseRequest(Buffer.alloc(0)),
    ]).toEqual([null, null, null]);
  });

  it.each([
    ["init", 16],
    ["setattr", 88],
    ["open", 8],
    ["read", 40],
    ["write", 40],
    ["release", 24],
    ["readdir", 40],
  ] as const)("to %s is none without the %i bytes of its structure", (name, bytes) => {
    const short = { ...request, opcode: OPCODE[name], body: Buffer.alloc(bytes - 1) };
    expect(parseRequest(requestBytes(short))).toBeNull();
    expect(parseRequest(requestBytes({ ...short, body: Buffer.alloc(bytes) }))).not.toBeNull();
  });
});

describe("the structures of requests", () => {
  it("name a file up to the first NUL", () => {
    expect(parseName(Buffer.from("a\0b\0"))).toBe("a");
    expect(parseName(Buffer.from("a"))).toBeNull();
    expect(parseName(Buffer.from(`${"a".repeat(255)}\0`))).toHaveLength(255);
    expect(parseName(Buffer.from(`${"a".repeat(256)}\0`))).toBeNull();
  });

  it("say which protocol the kernel speaks", () => {
    expect(parseInit(words(7, 31, 0, 0))).toEqual({ major: 7, minor: 31 });
  });

  it("say which attributes are to be changed, without the file's kind", () => {
    const body = Buffer.alloc(88);
    body.writeUInt32LE(0o100640, 68);
    body.writeUInt32LE(33, 76);
    body.writeUInt32LE(44, 80);
    expect(parseSetattr(body)).toEqual({ mode: null, uid: null, gid: null });
    body.writeUInt32LE(1 | 2 | 4 | 8, 0);
    expect(parseSetattr(body)).toEqual({ mode: 0o640, uid: 33, gid: 44 });
  });

  it.each([
    [0, true, false],
    [1, false, true],
    [2, true, true],
    [0o1 | 0o1000 | 0o2000, false, true],
  ])("say of flags %i whether a file is opened for reading (%s) and writing (%s)", (flags, reads, writes) => {
    expect(parseOpen(words(flags, 0))).toEqual({ reads, writes });
  });

  it("say which part is read", () => {
    expect(parseRead(words(3, 0, 5, 0, 4096, 0, 0, 0, 0, 0))).toEqual({ handle: 3, offset: 5, bytes: 4096 });
  });

  it("carry what is written, byte by byte, and no more than is there", () => {
    const body = (claimed: number) =>
      Buffer.concat([words(0, 0, 0, 0, claimed, 0, 0, 0, 0, 0), Buffer.from([0x31, 0xff, 0x0a])]);
    expect(parseWrittenText(body(3))).toBe("1\u00ff\n");
    expect(parseWrittenText(body(1))).toBe("1");
    expect(parseWrittenText(body(4))).toBeNull();
    expect(parseWrittenText(body(0xffff_ffff))).toBeNull();
  });
});
