import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { readCorpus, writeCorpus } from "../../fuzz/corpus.ts";
import { Fuzzer } from "../../fuzz/fuzzer.ts";
import { randomFrom } from "../../fuzz/mutate.ts";
import { textTarget } from "../../fuzz/target.ts";
import { temporaryFolder } from "../../support/trees.ts";

const SEED = 1;
const WORD = "MEM";
const TRIES = 200_000;

/** A target that counts, as instrumented code does, how far it has come in a word; then it does what is wrong. */
function planted(fault: () => void) {
  const branches = new Uint8Array(8);
  const take = (text: string): void => {
    for (const [nth, letter] of [...WORD].entries()) {
      if (text[nth] !== letter) return;
      branches[nth] = 1;
    }
    fault();
  };
  return new Fuzzer(textTarget(take, { name: "planted", files: [] }), branches, randomFrom(SEED));
}

async function run(fuzzer: Fuzzer): Promise<void> {
  await fuzzer.try(Buffer.alloc(0));
  while (fuzzer.tried < TRIES && fuzzer.findings.length === 0) await fuzzer.try(fuzzer.next());
}

describe("the fuzzer", () => {
  it("finds what stands behind a word of three letters, one letter after the other", async () => {
    const fuzzer = planted(() => {
      throw new TypeError("a fault of ours");
    });
    await run(fuzzer);
    expect(fuzzer.findings).toMatchObject([{ target: "planted", problem: "throws TypeError: a fault of ours" }]);
    expect(fuzzer.findings[0]?.input.toString().startsWith(WORD)).toBe(true);
  });

  it("finds an input that takes longer than it may", async () => {
    const fuzzer = planted(() => {
      for (const beganMs = performance.now(); performance.now() - beganMs < 60; );
    });
    await run(fuzzer);
    expect(fuzzer.findings[0]?.problem).toMatch(/^takes \d+ ms$/);
  });

  it("keeps of all inputs the smallest that take all branches", async () => {
    const fuzzer = planted(() => undefined);
    for (const text of ["MEMORY", "MEM", "M", "nothing"]) await fuzzer.try(Buffer.from(text));
    expect((await fuzzer.smallest()).map(String)).toEqual(["MEMORY"]);
    for (const text of ["MEM", "MEMORY"]) expect(await fuzzer.try(Buffer.from(text))).toBe(false);
  });

  it("reads again what it keeps, the smallest first", () => {
    const folder = pathToFileURL(`${temporaryFolder()}/`);
    expect(() => readCorpus("none", new URL("none/", folder))).toThrow();
    writeCorpus("a", [Buffer.from("longer\n"), Buffer.from("\xff\0", "latin1")], folder);
    expect(readCorpus("a", folder)).toEqual([Buffer.from("\xff\0", "latin1"), Buffer.from("longer\n")]);
    expect(readCorpus("b", folder)).toEqual([]);
  });
});
