import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { PROJECT, readProjectFile } from "../../support/docs.ts";

/** The packages of which the bundle holds a part. */
async function bundledPackages(): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: PROJECT,
    entryPoints: ["src/main.ts", "src/index.ts", "src/web/main.tsx"],
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    jsx: "automatic",
    jsxImportSource: "preact",
    outdir: "dist",
    write: false,
    metafile: true,
  });
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs: all }) => Object.entries(all));
  const held = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  const names = held.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}

describe("NOTICE", () => {
  it("names every package that dist/ holds a part of, and no other", async () => {
    const named = [...readProjectFile("NOTICE").matchAll(/^- ([^,]+), Copyright/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual(await bundledPackages());
  });
});
