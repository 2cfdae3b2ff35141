import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { Tree } from "../support/trees.ts";
import { until } from "../support/until.ts";

async function configured(content: string, ...args: readonly string[]) {
  const home = new Home();
  const file = join(home.folder, "selfballoon.toml");
  writeFileSync(file, content);
  const daemon = await home.daemon("--config", file, ...args);
  const reload = async (anew: string, answer: RegExp) => {
    writeFileSync(file, anew);
    daemon.kill("SIGHUP");
    await daemon.says("stderr", answer);
  };
  const value = async (name: string) => (await home.succeed("get", name)).trim();
  return { home, daemon, file, reload, value };
}

const GOOD = /The configuration was reloaded\.\n/;
const simulated = ["--backend", "simulated"];

describe("SIGHUP", () => {
  it("reloads the configuration, and flags and environment still beat it", async () => {
    const { reload, value } = await configured(
      "[tunables]\nfrontswap_inertia = 4\n",
      ...simulated,
      "--set",
      "selfballoon_interval=30",
    );
    await reload("[tunables]\nfrontswap_hysteresis = 9\nselfballoon_interval = 77\n", GOOD);
    expect(await value("frontswap_hysteresis")).toBe("9");
    expect(await value("frontswap_inertia")).toBe("3");
    expect(await value("selfballoon_interval")).toBe("30");
  });

  it.each([
    ["an unknown key", "[tunables]\nfrontswap_inertja = 8\n", "did you mean frontswap_inertia?"],
    ["a bad value", "[tunables]\nfrontswap_hysteresis = 9\nfrontswap_inertia = 0\n", "EINVAL"],
    ["no TOML", "[tunables\n", "Invalid TOML"],
  ])("with %s in the file keeps the old settings and says so", async (_, content, problem) => {
    const { daemon, reload, value } = await configured("[tunables]\nfrontswap_inertia = 4\n", ...simulated);
    await reload(content, /error .*was not reloaded; the old settings stay/);
    expect(daemon.stderr).toContain(problem);
    expect(await value("frontswap_inertia")).toBe("4");
    expect(await value("frontswap_hysteresis")).toBe("20");
    await reload("[tunables]\nfrontswap_inertia = 5\n", GOOD);
    expect(await value("frontswap_inertia")).toBe("5");
  });

  it("warns of what takes a restart, and takes the rest", async () => {
    const { reload, value } = await configured("", ...simulated);
    const more = "[api]\nreads_need_token = true\n[fleet]\nservers = ['nats://a']\n";
    const warned = /warn .*these take a restart\. keys=\[fleet\],api\.reads_need_token\n(.*\n)*.*was reloaded\./;
    await reload(`[tunables]\nfrontswap_hysteresis = 9\n${more}`, warned);
    expect(await value("frontswap_hysteresis")).toBe("9");
  });

  it("has those told whom the file names now", async () => {
    const { home, reload } = await configured("", ...simulated);
    const told = join(home.folder, "told");
    const command = JSON.stringify(["/bin/sh", "-c", `cat >> '${told}'`]);
    await reload(`[notify]\nseverity = "notice"\nkinds = ["pause"]\ncommand = ${command}\n`, GOOD);
    await home.succeed("pause", "batch");
    await until("the command to be told", () => existsSync(told) && readFileSync(told, "utf8").includes('"batch"'));
  });

  it("keeps the reserve that was computed from the guest's RAM at start-up", async () => {
    const tree = new Tree("xen/pv-idle");
    const args = ["--backend", "xen", "--root", tree.root, "--selfballooning"];
    const { reload, value } = await configured("", ...args);
    expect(await value("selfballoon_reserved_mb")).toBe("44");
    tree.setMemory(262_144, 68_244);
    await reload("[tunables]\nselfballoon_interval = 6\n", GOOD);
    expect(await value("selfballoon_interval")).toBe("6");
    expect(await value("selfballoon_reserved_mb")).toBe("44");
  });
});
