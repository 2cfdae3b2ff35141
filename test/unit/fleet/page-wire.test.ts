import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  MAX_DOCUMENT_BYTES,
  packedDocument,
  packedQuestion,
  packedRefusal,
  pageAnswerIn,
  pageQuestionIn,
} from "../../../src/fleet/page-wire.ts";
import { MAX_MESSAGE_BYTES } from "../../../src/fleet/wire.ts";
import { packed } from "../../../src/fleet/wish-wire.ts";

const zipped = (answer: unknown): Uint8Array => gzipSync(JSON.stringify(answer));

/** Short as it travels, sound, and longer than any document. */
const bomb = zipped({ v: 1, host: "h1", is: "shown", body: " ".repeat(MAX_DOCUMENT_BYTES) });

describe("what a host is asked for its page", () => {
  it("comes as it was sent", () => {
    const question = { path: "/v1/guests/w%20b/history", query: "from=1" };
    expect(pageQuestionIn(packedQuestion(question))).toMatchObject(question);
  });

  it("is no wish for memory, nothing long and nothing else", () => {
    const id = "a1b2c3d4e5f60718";
    expect(pageQuestionIn(packed({ v: 1, do: "look", id }))).toBeNull();
    expect(pageQuestionIn(packedQuestion({ path: "/".repeat(1025), query: "" }))).toBeNull();
    expect(pageQuestionIn(new TextEncoder().encode("{"))).toBeNull();
  });
});

describe("what a host answers for its page", () => {
  it("comes as it was sent", async () => {
    const shown = await packedDocument("h1", Buffer.from('{"guests":[]}\n'));
    expect(await pageAnswerIn("h1", shown)).toMatchObject({ is: "shown", body: { guests: [] } });
    const refusal = await packedRefusal("h1", "no history is kept");
    expect(await pageAnswerIn("h1", refusal)).toMatchObject({ is: "refused", problem: "no history is kept" });
  });

  it("is known as that of a version before there were such questions", async () => {
    const old = packed({ is: "refused", problem: "it must be a question", freeMib: null, couldMib: null });
    expect(await pageAnswerIn("h1", old)).toEqual({ is: "old" });
  });

  it.each([
    ["speaks for another", "it speaks for h2", zipped({ v: 1, host: "h2", is: "shown", body: {} })],
    ["is of another version", "no answer of this version", zipped({ v: 2, host: "h1", is: "shown", body: {} })],
    ["is no object", "no answer of this version", zipped([1])],
    ["is not compressed", "not compressed", new TextEncoder().encode('{"v":1,"host":"h1","is":"shown","body":{}}')],
    ["is empty", "not compressed", new Uint8Array()],
    ["breaks off", "no compressed JSON", zipped({ v: 1, host: "h1", is: "shown", body: {} }).subarray(0, 20)],
    ["is no JSON", "no compressed JSON", gzipSync("{")],
    ["is too long", "and may have 1000000", new Uint8Array(MAX_MESSAGE_BYTES + 1)],
    ["unpacks to too much", "no compressed JSON of at most", bomb],
  ])("is not taken where it %s", async (_, problem, bytes) => {
    const taken = await pageAnswerIn("h1", bytes);
    expect(taken.is).toBe("unfit"); // what is not refused may be too long to print
    expect("problem" in taken && taken.problem).toContain(problem);
  });
});
