import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { builtFolder, hashSources } from "./cache.ts";

/** A program of the tests as one file that a guest's Node runs: `entry`, with the `others` that it is made of. */
export async function bundleProgram(name: string, entry: URL, others: readonly URL[]): Promise<string> {
  const file = `${name}.mjs`;
  const folder = await builtFolder(name, await hashSources([entry, ...others]), async (scratch) => {
    const entryPoints = [fileURLToPath(entry)];
    await build({ entryPoints, outfile: join(scratch, file), bundle: true, format: "esm", platform: "node" });
  });
  return join(folder, file);
}
