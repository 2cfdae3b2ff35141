import { build, type Metafile } from "esbuild";
import { describe, expect, it } from "vitest";
import { PROJECT } from "../support/docs.ts";

/** Files of which these entries, and all that they load at once, hold a part; what they load later is left out. */
function sourcesOf({ outputs }: Metafile, ...entries: readonly string[]): readonly string[] {
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: imported, kind } of outputs[path]?.imports ?? [])
      if (kind === "import-statement") load(imported);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs))
    if (entryPoint !== undefined && entries.includes(entryPoint)) load(path);
  const inputs = [...loaded].flatMap((path) => Object.entries(outputs[path]?.inputs ?? {}));
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
}

describe("what `run` loads before it has looked at the machine", async () => {
  // As scripts/build.mjs does it.
  const { metafile } = await build({
    absWorkingDir: PROJECT,
    entryPoints: { selfballoon: "src/main.ts", index: "src/index.ts" },
    outdir: "dist",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    minifySyntax: true,
    write: false,
    metafile: true,
  });
  const sources = sourcesOf(metafile, "src/main.ts", "src/compose/run.ts");

  it("is itself, and what it is made of", () => {
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
