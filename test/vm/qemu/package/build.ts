import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { claimRunFolder } from "../../rig/cache.ts";
import { runTool } from "../../rig/process.ts";
import { PATIENCE_MS } from "../../rig/wait.ts";

const PROJECT = fileURLToPath(new URL("../../../../", import.meta.url));

/** Builds the Debian package, into the run's folder of that name. */
export async function buildPackage(name: string): Promise<string> {
  const folder = await claimRunFolder(name);
  await runTool("npm", ["run", "--silent", "deb", "--", "--output", folder], { deadlineMs: PATIENCE_MS, cwd: PROJECT });
  const deb = (await readdir(folder)).find((file) => file.endsWith(".deb"));
  if (deb === undefined) throw new Error(`no package was made in ${folder}`);
  return join(folder, deb);
}
