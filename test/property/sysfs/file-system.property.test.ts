import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FileSystem } from "../../../src/sysfs/file-system.ts";
import { OPCODE, parseRequest } from "../../../src/sysfs/fuse-requests.ts";
import { requestBytes } from "../../support/fuse.ts";

/** No listing and no text is longer than the nine files give. */
const MAX_REPLY_BYTES = 16 + 1024;

function createFiles(): { readonly files: FileSystem; readonly written: Map<string, number> } {
  const written = new Map([["frontswap_selfshrinking", 1]]);
  const values = {
    read: async () => written,
    write: async (name: string, value: number) => void written.set(name, value),
  };
  return { files: new FileSystem(values, (pid) => pid % 2 === 0, 0), written };
}

const opcode = fc.oneof(fc.constantFrom(...Object.values(OPCODE)), fc.nat(0xffff_ffff));
const node = fc.oneof(fc.nat(12), fc.nat(Number.MAX_SAFE_INTEGER));
const body = fc.oneof(
  fc.uint8Array({ maxLength: 5000 }).map((bytes) => Buffer.from(bytes)),
  fc
    .string({ maxLength: 50 })
    .map((text) => Buffer.concat([Buffer.alloc(16), Buffer.from([50]), Buffer.alloc(23), Buffer.from(text)])),
);
const request = fc.record({ opcode, unique: fc.bigInt(0n, 2n ** 64n - 1n), node, pid: fc.nat(0xffff_ffff), body });

function expectWhole(answer: Buffer, unique: bigint): void {
  expect(answer.length).toBeLessThanOrEqual(MAX_REPLY_BYTES);
  expect([answer.readUInt32LE(0), answer.readBigUInt64LE(8)]).toEqual([answer.length, unique]);
  const error = answer.readInt32LE(4);
  expect(error).toBeLessThanOrEqual(0);
  if (error < 0) expect(answer.length).toBe(16);
}

describe("whatever stands for the kernel", () => {
  it("sends, the answers are whole, bounded, and to the request", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 20 }), async (requests) => {
        const { files, written } = createFiles();
        for (const one of requests) {
          const parsed = parseRequest(requestBytes(one));
          const answer = parsed === null ? null : await files.answer(parsed);
          if (answer !== null) expectWhole(answer, one.unique);
        }
        for (const value of written.values()) expect(value >= 0 && value <= 0xffff_ffff).toBe(true);
      }),
    );
  });

  it("sends as bytes is a request or none", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isMended) => {
        const buffer = Buffer.from(bytes);
        if (isMended && buffer.length >= 40) buffer.writeUInt32LE(buffer.length, 0);
        const parsed = parseRequest(buffer);
        if (parsed !== null) expect(parsed.body.length).toBe(buffer.length - 40);
      }),
    );
  });
});
