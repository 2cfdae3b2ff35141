import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLines } from "../../../src/cli/lines.ts";

const LIMIT = 100;

async function linesOf(...chunks: readonly string[]) {
  const lines: { text: string; number: number }[] = [];
  for await (const line of readLines(Readable.from(chunks), LIMIT)) lines.push(line);
  return lines;
}

describe("the lines of a stream", () => {
  it("are numbered as an editor does, empty ones passed over, with or without a last newline", async () => {
    expect(await linesOf("a\n\n  \nb")).toEqual([
      { text: "a", number: 1 },
      { text: "b", number: 4 },
    ]);
    expect(await linesOf()).toEqual([]);
  });

  it("are the same however the stream is cut into chunks", async () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "\n", " ", "\r"), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(60)), async (whole, cuts) => {
        const bounds = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
        const chunks = bounds.slice(1).map((end, index) => whole.slice(bounds[index], end));
        expect(await linesOf(...chunks)).toEqual(await linesOf(whole));
      }),
    );
  });

  it("are not collected beyond the limit", async () => {
    let served = 0;
    async function* endless() {
      for (;;) {
        served += 1;
        yield "x".repeat(60);
      }
    }
    const all = async () => {
      for await (const { number } of readLines(endless(), LIMIT)) expect(number).toBe(0);
    };
    await expect(all()).rejects.toThrow("line 1 must be an observation or a set: it is longer than 100 characters");
    expect(served).toBe(2);
  });
});
