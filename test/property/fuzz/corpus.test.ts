import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { corpusNames, readCorpus } from "../../fuzz/corpus.ts";
import { TARGETS } from "../../fuzz/targets.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Files that read bytes or JSON and are no target, each with its reason. */
const NO_TARGETS: Readonly<Record<string, string>> = {
  "src/api/client.ts": "what the daemon of the same release answers to its own command",
  "src/cli/html/plots.ts": "runs in a report that the command itself has written",
  "src/machine/nats-server.ts": "the file in which the server that we started says where it listens",
  "src/web/daemon.ts": "the page, of what the daemon that served it answers",
  "src/web/event-stream.ts": "the page, of what the daemon that served it tells",
};

/** What code that takes others' words apart uses. */
const TAKES_APART = /JSON\.parse\(|\.read(?:U?Int|BigU?Int)\d|smol-toml|new TextDecoder/;

const sources = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, ROOT), { recursive: true, encoding: "utf8" }).flatMap((name) =>
    /\.tsx?$/.test(name) ? `${folder}/${name}` : [],
  );

const fuzzed = new Set(TARGETS.flatMap(({ files }) => files));

describe("the targets of the fuzzer", () => {
  it("put every file of the formats to the test", () => {
    expect(sources("src/formats").filter((file) => !fuzzed.has(file))).toEqual([]);
  });

  it("put to the test whatever takes apart what others say, or a reason is given", () => {
    const takesApart = sources("src").filter((file) => TAKES_APART.test(readFileSync(new URL(file, ROOT), "utf8")));
    expect(takesApart.filter((file) => !fuzzed.has(file)).sort()).toEqual(Object.keys(NO_TARGETS));
  });

  it("name files that are there", () => {
    const all = new Set(sources("src"));
    expect([...fuzzed].filter((file) => !all.has(file))).toEqual([]);
  });

  it("have each a corpus, and no corpus is left over", () => {
    expect([...corpusNames()].sort()).toEqual(TARGETS.map(({ name }) => name).sort());
  });
});

describe.each(TARGETS.map((target) => ({ target, name: target.name })))("the target $name", ({ target, name }) => {
  it("takes or refuses everything that is kept of earlier runs, and the real things that those were made of", async () => {
    for (const input of [Buffer.alloc(0), ...target.seeds, ...readCorpus(name)]) {
      try {
        await target.take(input);
      } catch (thrown) {
        expect(target.mayThrow(thrown), `${String(thrown)} for ${input.toString("base64")}`).toBe(true);
      }
    }
  });
});
