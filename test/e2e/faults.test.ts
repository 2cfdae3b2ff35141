import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { Command } from "../support/command.ts";
import { Home } from "../support/home.ts";
import { lowering, TARGET, WOKEN_KIB } from "../support/lowering.ts";
import { until } from "../support/until.ts";

const SIMULATED = ["--backend", "simulated"];
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

describe("a machine that lets a daemon open few files", () => {
  it("has its daemon all the same", async () => {
    const { env, folder: cwd } = new Home();
    const daemon = new Command(["run", "--once", ...SIMULATED], { env, cwd, under: ["prlimit", "--nofile=64:64"] });
    expect(await daemon.ended()).toMatchObject({ exitCode: 0 });
  });
});

describe("a daemon with few descriptors left", () => {
  it("keeps those that steps need: a shortage is answered, whoever connects, and all is given back at the end", async () => {
    const { home, daemon: start, runShort, isGivenAll } = lowering();
    const daemon = await start();
    execFileSync("prlimit", ["--pid", String(daemon.child.pid), "--nofile=64:64"]);
    const clients = Array.from({ length: 100 }, () =>
      connect(home.socket)
        .on("error", () => {})
        .resume(),
    );
    onTestFinished(() => {
      for (const client of clients) client.destroy();
    });
    await until("most to be refused", () => (clients.filter((one) => one.destroyed).length >= 52 ? true : null));
    // Of 64, of which 16 are kept back; one or two beyond the limit were open before it was set.
    const held = (): number => readdirSync(`/proc/${daemon.child.pid}/fd`).length;
    await until("descriptors to be left", () => (held() <= 50 ? true : null));
    runShort();
    await isGivenAll();
    daemon.kill("SIGTERM");
    expect(await daemon.ended()).toMatchObject({ exitCode: 0 });
  });
});

describe("files of the machine that fail with EIO", () => {
  it("hold the guest, are told once, and are read again when they can be", async () => {
    const { home, daemon: start, tree, runShort, isGivenAll } = lowering();
    const daemon = await start();
    const path = join(tree.root, "proc/meminfo");
    renameSync(path, `${path}.kept`);
    symlinkSync("/proc/self/mem", path); // whose first byte is none that can be read
    await daemon.says("stderr", /meminfo.*EIO/);
    const held = tree.read(TARGET);
    const status = JSON.parse(await home.succeed("status", "--json"));
    expect(status.guests).toMatchObject([
      { state: "unreadable", problem: { message: expect.stringContaining("EIO") } },
    ]);
    expect(tree.read(TARGET)).toBe(held);
    renameSync(`${path}.kept`, path);
    runShort();
    await isGivenAll();
    expect(daemon.hasEnded).toBe(false);
    expect(daemon.stderr.match(/EIO/g)).toHaveLength(1);
  });
});

describe("kill -9 at any moment", () => {
  it.each([1, 2, 3, 4, 5])(
    "leaves everything to `release`, and the next daemon starts (ten times, round %i)",
    async () => {
      const { home, tree, args: run } = lowering();
      for (let time = 0; time < 10; time += 1) {
        const afterMs = Math.floor(Math.random() * 1500);
        const daemon = home.start("run", ...run);
        await sleep(afterMs);
        daemon.kill("SIGKILL");
        await daemon.ended();
        // A plain file is empty between opening and writing; the kernel's own never is.
        if (tree.read(TARGET) === "") tree.write(TARGET, `${WOKEN_KIB}\n`);
        await home.succeed("release", "--root", tree.root);
        expect(Number(tree.read(TARGET)), `killed after ${afterMs} ms`).toBeGreaterThanOrEqual(WOKEN_KIB);
      }
      const last = await home.daemon(...run);
      last.kill("SIGTERM");
      expect(await last.ended()).toMatchObject({ exitCode: 0 });
    },
  );
});
