import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { Tree, XEN_MEMORY } from "../support/trees.ts";
import { until } from "../support/until.ts";

const SIMULATED = ["--backend", "simulated"];
/** All that the guest was built for, and 4 KiB less, which wakes a balloon that gave up. */
const WOKEN_KIB = 1_048_576 - 4;

/** What lies where a configuration file should be. */
const NO_FILES: Readonly<Record<string, (path: string) => void>> = {
  "a pipe": (path) => void execFileSync("mkfifo", [path]),
  "a directory": (path) => void mkdirSync(path),
};

describe("a configuration that is no file", () => {
  it.each(Object.keys(NO_FILES))("but %s: nothing starts, nor is it waited for", async (kind) => {
    const home = new Home();
    const path = join(home.folder, "odd");
    NO_FILES[kind]?.(path);
    expect(await home.do("run", ...SIMULATED, "--config", path)).toMatchObject({ exitCode: 3 });
  });

  it.each(Object.keys(NO_FILES))("but %s at a reload: the old settings stay", async (kind) => {
    const home = new Home();
    const path = join(home.folder, "selfballoon.toml");
    writeFileSync(path, "[tunables]\nfrontswap_inertia = 4\n");
    const daemon = await home.daemon("--config", path, ...SIMULATED);
    rmSync(path);
    NO_FILES[kind]?.(path);
    daemon.kill("SIGHUP");
    await daemon.says("stderr", /was not reloaded; the old settings stay.*not a file/);
    expect((await home.succeed("get", "frontswap_inertia")).trim()).toBe("4");
  });
});

describe("a storm of SIGHUP", () => {
  it("leaves the daemon with what the file says in the end", async () => {
    const home = new Home();
    const path = join(home.folder, "selfballoon.toml");
    const save = (inertia: number): void => {
      writeFileSync(`${path}.new`, `[tunables]\nfrontswap_inertia = ${inertia}\n`);
      renameSync(`${path}.new`, path);
    };
    save(1);
    const daemon = await home.daemon("--config", path, ...SIMULATED);
    for (let inertia = 2; inertia <= 101; inertia += 1) {
      save(inertia);
      daemon.kill("SIGHUP");
      await sleep(10);
    }
    const value = async (): Promise<string> => (await home.succeed("get", "frontswap_inertia")).trim();
    await until("the last value", async () => ((await value()) === "101" ? true : null));
    expect(daemon.stderr).not.toMatch(/error/);
    daemon.kill("SIGTERM");
    expect(await daemon.ended()).toMatchObject({ exitCode: 0 });
  });
});

describe("output that nobody reads, though its pipe is open", () => {
  it("keeps no daemon up at its end", async () => {
    const home = new Home();
    const daemon = await home.daemon("--json", ...SIMULATED, "--set", "selfballoon_interval=1");
    daemon.child.stdout.pause();
    const steps = async (): Promise<number> =>
      ((await home.ask("GET", "/v1/guests")).body as { guests: { steps: number }[] }).guests[0]?.steps ?? 0;
    // Six guests fill a pipe's 64 KiB within a few steps each, and what Node and this test buffer.
    await until("steps beyond the pipe", async () => ((await steps()) >= 20 ? true : null));
    daemon.kill("SIGTERM");
    await until("its end", () => (daemon.hasEnded ? true : null));
    expect(daemon.child.exitCode).toBe(0);
  });
});

describe("kill -9 at any moment", () => {
  it("leaves everything to `release`, and the next daemon starts", async () => {
    const home = new Home();
    const tree = new Tree("xen/pv-idle");
    const run = ["--backend", "xen", "--root", tree.root, "--selfballooning", "--set", "selfballoon_interval=1"];
    for (let time = 0; time < 10; time += 1) {
      const afterMs = Math.floor(Math.random() * 1500);
      const daemon = home.start("run", ...run);
      await sleep(afterMs);
      daemon.kill("SIGKILL");
      await daemon.ended();
      // A plain file is empty between opening and writing; the kernel's own never is.
      const target = `${XEN_MEMORY}/target_kb`;
      if (tree.read(target) === "") tree.write(target, `${WOKEN_KIB}\n`);
      await home.succeed("release", "--root", tree.root);
      const targetKib = Number(tree.read(`${XEN_MEMORY}/target_kb`));
      expect(targetKib, `killed after ${afterMs} ms`).toBeGreaterThanOrEqual(WOKEN_KIB);
    }
    const last = await home.daemon(...run);
    last.kill("SIGTERM");
    expect(await last.ended()).toMatchObject({ exitCode: 0 });
  });
});
