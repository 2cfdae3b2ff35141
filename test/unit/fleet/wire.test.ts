import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode, MAX_MESSAGE_BYTES, pack } from "../../../src/fleet/wire.ts";
import { hostState, row } from "../../support/fleet.ts";

const text = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe("what hosts say to their fleet", () => {
  it("is read as it was said", () => {
    const rows = [
      row("web", { currentMb: 812, goalMb: 900, reason: "host_full" }),
      row("db", { problem: "ERR_DEADLINE" }),
    ];
    const read = decode("guests", "h1", encode<"guests">({ host: "h1", at: 5, rows: rows.map(pack) }));
    expect(read).toEqual({ ok: true, message: { v: 1, host: "h1", at: 5, rows } });
    expect(decode("state", "h1", encode<"state">(hostState("h1")))).toMatchObject({ ok: true, message: { guests: 2 } });
  });

  it("is not taken under the name of another host", () => {
    expect(decode("state", "h2", encode<"state">(hostState("h1")))).toEqual({ ok: false, problem: "it speaks for h1" });
  });

  it.each([
    ["another version", { v: 2, ...hostState("h1") }, /another version/],
    ["a negative size", { v: 1, ...hostState("h1"), currentMb: -1 }, /currentMb/],
    ["a lease of a year", { v: 1, ...hostState("h1"), leaseS: 31_536_000 }, /leaseS/],
    [
      "more of the worst than there is room for",
      { v: 1, ...hostState("h1"), worst: Array(4).fill(pack(row("g"))) },
      /worst/,
    ],
    ["a reason that is no word", { v: 1, ...hostState("h1"), worst: [["g", 1, 1, 1, 1, 1, "<b>", null]] }, /worst/],
    ["no object", [], /expected object/],
  ])("is refused with %s, and it is said why", (_, value, problem) => {
    const read = decode("state", "h1", text(value));
    expect(read).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });

  it("is not even parsed beyond its largest size", () => {
    const read = decode("guests", "h1", Buffer.alloc(MAX_MESSAGE_BYTES + 1, " "));
    expect(read).toEqual({ ok: false, problem: expect.stringContaining("bytes") });
  });

  it("never breaks who reads it, whatever it is", () => {
    const anything = fc.oneof(
      fc.uint8Array(),
      fc.jsonValue().map(text),
      fc.jsonValue().map((value) => text({ v: 1, ...hostState("h1"), worst: value })),
    );
    fc.assert(
      fc.property(anything, (bytes) => {
        for (const name of ["state", "guests", "changes", "records"] as const)
          expect(typeof decode(name, "h1", bytes).ok).toBe("boolean");
      }),
    );
  });
});
