import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, inject, it } from "vitest";

const folder = dirname(inject("command"));

/** What the built file `name` and all that it imports were made of, by the comments that the bundler leaves. */
function sourcesOf(...names: readonly string[]): readonly string[] {
  const texts = new Map<string, string>();
  const load = (name: string): void => {
    if (texts.has(name)) return;
    const text = readFileSync(join(folder, name), "utf8");
    texts.set(name, text);
    for (const [, imported = ""] of text.matchAll(/^(?:import|export)\b[^"]*"\.\/([\w-]+\.mjs)";$/gm)) load(imported);
  };
  for (const name of names) load(name);
  return [...texts.values()].flatMap((text) =>
    [...text.matchAll(/^\/\/ (\S+\.\w+)$/gm)].map(([, source = ""]) => source),
  );
}

describe("what `run` loads before it has looked at the machine", () => {
  const run = readdirSync(folder).filter((name) => /^run-\w+\.mjs$/.test(name));
  const sources = sourcesOf(basename(inject("command")), ...run);

  it("is itself, and what it is made of", () => {
    expect(run).toHaveLength(1);
    expect(sources).toEqual(expect.arrayContaining(["src/main.ts", "src/compose/run.ts", "src/daemon/worker.ts"]));
  });

  it("has no packages but those of the command line: neither the schema library, nor the TOML parser, nor NATS", () => {
    const packages = sources.flatMap((source) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
    expect(new Set(packages)).toEqual(new Set(["commander", "fastest-levenshtein"]));
  });

  it.each(["src/sim/", "src/fleet/", "src/history/", "src/sysfs/", "src/backends/qemu/", "src/backends/libvirt/"])(
    "has nothing of %s",
    (room) => {
      expect(sources.filter((source) => source.startsWith(room))).toEqual([]);
    },
  );
});
