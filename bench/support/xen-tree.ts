import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAEMON, ROOT } from "./paths.ts";

const TARGET = "sys/devices/system/xen_memory/xen_memory0/target_kb";

/** A tree that stands for an idle Xen guest, and how to run the daemon on it as its unit does. */
export interface XenTree {
  readonly environment: NodeJS.ProcessEnv;
  /** Arguments of Node. The unit forbids memory that is both writable and executable, hence `--jitless`. */
  argv(...more: readonly string[]): readonly string[];
  targetKib(): number;
  /** Give `/proc/meminfo` another value of `name`. */
  setMeminfo(name: string, kib: number): void;
}

/** Do `work` with a tree of its own, which is gone afterwards. */
export async function withXenTree<T>(work: (tree: XenTree) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "selfballoon-bench-"));
  const root = join(folder, "tree");
  cpSync(join(ROOT, "test/fixtures/xen/pv-idle"), root, { recursive: true });
  const meminfo = join(root, "proc/meminfo");
  try {
    return await work({
      environment: { ...process.env, SELFBALLOON_SOCKET: join(folder, "selfballoon.sock") },
      argv: (...more) => ["--jitless", DAEMON, "run", "--backend", "xen", "--root", root, "--selfballooning", ...more],
      targetKib: () => Number(readFileSync(join(root, TARGET), "utf8")),
      setMeminfo(name, kib) {
        const text = readFileSync(meminfo, "utf8");
        writeFileSync(meminfo, text.replace(new RegExp(`^${name}: +\\d+`, "m"), `${name}: ${kib}`));
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
