import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { Tree } from "../support/trees.ts";

/** Parts of Node that cost memory and that a guest's daemon has no use for. */
const HEAVY = ["crypto", "http2", "https", "tls", "readline", "zlib", "inspector", "worker_threads"];

const RECORDER = `
process.on("exit", () => require("fs").writeFileSync(process.env.MODULES, JSON.stringify(process.moduleLoadList)));
`;

/** What the parts that it does have use for load themselves, which differs between versions of Node. */
const NEEDED = ["child_process", "fs", "http", "module", "net"].map((name) => `import "node:${name}";`).join("");

describe("the daemon in a guest", () => {
  it("loads no part of Node that it has no use for", async () => {
    const home = new Home();
    const modules = join(home.folder, "modules.json");
    const recorder = join(home.folder, "recorder.cjs");
    writeFileSync(recorder, RECORDER);
    Object.assign(home.env, { NODE_OPTIONS: `--require=${recorder}`, MODULES: modules });
    const tree = new Tree("xen/pv-idle");
    const daemon = await home.daemon("--backend", "xen", "--root", tree.root, "--selfballooning");
    daemon.kill("SIGTERM");
    await daemon.ended();
    const heavy = (): readonly string[] => {
      const loaded = readFileSync(modules, "utf8");
      expect(loaded).toContain('"NativeModule http"');
      return HEAVY.filter((name) => loaded.includes(`"NativeModule ${name}"`));
    };
    const byDaemon = heavy();
    execFileSync(process.execPath, ["--input-type=module", "-e", NEEDED], { env: home.env });
    expect(byDaemon).toEqual(heavy());
  });
});
