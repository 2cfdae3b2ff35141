import { debianMirror, NEXT_RELEASE } from "../rig/archive.ts";
import { runTool } from "../rig/process.ts";
import { debianGate, type VmGate } from "../rig/requirements.ts";
import { PATIENCE_MS } from "../rig/wait.ts";

/** Nobody reads documentation there. */
const WITHOUT = ["doc", "man", "locale"].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);

/** Makes `root` a file tree with a Debian: what is essential, these packages and all that they need. */
export async function makeDebianRoot(
  root: string,
  packages: readonly string[],
  release: string = NEXT_RELEASE,
): Promise<void> {
  const args = ["--mode=root", "--format=directory", "--variant=essential", ...WITHOUT];
  const mirror = await debianMirror();
  await runTool("mmdebstrap", [...args, `--include=${packages.join(",")}`, release, root, mirror], {
    deadlineMs: PATIENCE_MS,
  });
}

/** Whether what `build` makes of a Debian can be had here: it is in the cache, or can be built. */
export async function debianGateOf(build: () => Promise<unknown>): Promise<VmGate> {
  const gate = debianGate();
  if (gate.skip) return gate;
  try {
    await build();
    return gate;
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    return debianGate([{ what: "a way to Debian's archive, for a guest with a whole Debian", debianPackage: null }]);
  }
}
