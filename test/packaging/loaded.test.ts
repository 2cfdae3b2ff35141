import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { PROJECT } from "../support/docs.ts";
import { succeed } from "./tools.ts";

/** What a file loads together with itself; what it loads later stands in brackets. */
const IMPORTED = /(?:from|import)\s*"\.\/([\w.-]+\.mjs)"/g;

/** Numbers that `--help` names, and nothing else. */
const NAMED_IN_HELP: readonly string[] = ["src/fleet/rollout-limits.ts"];

/** The sources of which a bundle's files hold a part, by file. */
type Sources = Readonly<Record<string, readonly string[]>>;

/** The sources of `file` of the bundle in `folder`, and of all that it loads at once. */
function loadedWith(file: string, folder: string, sources: Sources): readonly string[] {
  const loaded = new Set([file]);
  for (const name of loaded)
    for (const [, imported = ""] of readFileSync(join(folder, name), "utf8").matchAll(IMPORTED)) loaded.add(imported);
  return [...loaded].flatMap((name) => sources[name] ?? []);
}

describe("what `run` loads before it has looked at the machine", () => {
  let loaded: readonly string[];

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), "sb-bundle-"));
    // As scripts/build.mjs does it.
    const script = `import { bundle } from ${JSON.stringify(join(PROJECT, "scripts/bundle.mjs"))};
console.log(JSON.stringify(await bundle(${JSON.stringify(PROJECT)}, ${JSON.stringify(folder)})));`;
    const made = succeed(process.execPath, ["--input-type=module", "--eval", script], PROJECT);
    const sources: Sources = JSON.parse(made);
    const fileOf = (source: string): string =>
      Object.keys(sources).find((name) => sources[name]?.includes(source)) ?? "";
    loaded = ["src/main.ts", "src/compose/run.ts"].flatMap((source) => loadedWith(fileOf(source), folder, sources));
    rmSync(folder, { recursive: true, force: true });
  });

  it("is itself, and what it is made of", () => {
    expect(loaded).toEqual(expect.arrayContaining(["src/main.ts", "src/compose/run.ts", "src/daemon/worker.ts"]));
  });

  it("has no packages but those of the command line: neither the schema library, nor the TOML parser, nor NATS", () => {
    const packages = loaded.flatMap((source) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
    expect(new Set(packages)).toEqual(new Set(["commander", "fastest-levenshtein"]));
  });

  it.each(["src/sim/", "src/fleet/", "src/history/", "src/sysfs/", "src/backends/qemu/", "src/backends/libvirt/"])(
    "has nothing of %s",
    (room) => {
      const strangers = loaded.filter((source) => source.startsWith(room) && !NAMED_IN_HELP.includes(source));
      expect(strangers).toEqual([]);
    },
  );
});
