import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";

const POLICIES = ["static", "driver", "guarded", "adaptive", "qmemman", "mom", "proxmox", "senpai", "oomd"];

describe("simulate", () => {
  it("shows how one policy fared, with a plot", async () => {
    const text = await new Home().succeed("simulate", "web", "--policy", "adaptive", "--minutes", "10");
    expect(text).toMatch(/^web: A web server .*\nadaptive: .*\n10 min on the virtual clock, seed 1\n/);
    expect(text).toMatch(/MiB \|.*\n/);
    expect(text).toMatch(/^policy +held +saved +of most +OOM .*\n.*\nadaptive +\d+\.\d +\d+\.\d +- +0 /m);
    expect(text).not.toContain("\u001b");
  });

  it("says the same again, and something else for another seed", async () => {
    const home = new Home();
    const run = (seed: string) => home.succeed("simulate", "mixed", "--minutes", "3", "--seed", seed, "--json");
    const first = await run("5");
    expect(await run("5")).toBe(first);
    expect(await run("6")).not.toBe(first);
    expect(JSON.parse(first)).toMatchObject({ scenario: "mixed", policy: "guarded", seed: 5, minutes: 3, oomKills: 0 });
  });

  it("follows a demand trace", async () => {
    const home = new Home();
    const file = join(home.folder, "trace.csv");
    writeFileSync(file, "time_s,anon_mib,cache_mib\n0,100,50\n120,700,100\n300,100,50\n");
    const run = JSON.parse(await home.succeed("simulate", "--trace", file, "--minutes", "5", "--json"));
    expect(run).toMatchObject({ scenario: "trace", savedPercent: expect.any(Number) });
    expect(Math.max(...run.series.wantedMib)).toBeGreaterThan(790);
  });

  it("plays a trace in a guest of another size, with cache that is read once", async () => {
    const home = new Home();
    const file = join(home.folder, "trace.csv");
    writeFileSync(file, "time_s,anon_mib,cache_mib\n0,100,50\n60,100,600\n");
    const play = async (...more: readonly string[]) =>
      JSON.parse(
        await home.succeed("simulate", "--trace", file, "--minutes", "5", "--memory-mb", "2048", "--json", ...more),
      );
    const [hot, cold] = [await play(), await play("--hot-percent", "0", "--cpu", "emulated", "--no-swap")];
    expect(Math.max(...hot.series.heldMib)).toBe(2048);
    expect(Math.max(...hot.series.wantedMib) - Math.max(...cold.series.wantedMib)).toBeGreaterThan(500);
  });

  it.each([
    [["simulate", "webb"], "there is no scenario webb (did you mean web?)"],
    [["simulate", "--policy", "gaurded"], "there is no policy gaurded (did you mean guarded?)"],
    [["compare", "databse"], "there is no scenario databse (did you mean database?)"],
    [["compare", "web", "--policies", "static,adpative"], "there is no policy adpative (did you mean adaptive?)"],
    [["simulate", "--minutes", "0"], "whole number from 1 to 10080"],
    [["simulate", "--seed", "-1"], "whole number from 0"],
    [["simulate", "web", "--trace", "x"], "leave the other one out"],
    [["simulate", "--trace", "nowhere"], "no such file"],
    [["simulate", "web", "--memory-mb", "512"], "name a --trace"],
    [["simulate", "web", "--cpu", "fast"], "emulated, kvm"],
  ])("%j is answered with what was probably meant", async (args, hint) => {
    const { exitCode, stdout, stderr } = await new Home().do(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(hint);
  });

  it("says where a report can't be written", async () => {
    const args = ["compare", "idle", "--policies", "static", "--minutes", "1", "--html", "/nowhere/x"];
    const { exitCode, stderr } = await new Home().do(...args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: expect.stringContaining("nothing was written") });
  });

  it("names the line of a trace that is wrong", async () => {
    const home = new Home();
    const file = join(home.folder, "trace.csv");
    writeFileSync(file, "time_s,anon_mib,cache_mib\n0,many,50\n");
    const { exitCode, stderr } = await home.do("simulate", "--trace", file);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("line 2 has a field 2 that is no number");
  });
});

describe("compare", () => {
  it("puts all policies side by side, on each scenario and together", async () => {
    const text = await new Home().succeed("compare", "idle", "batch", "--minutes", "10");
    for (const title of ["idle: ", "batch: ", "all of these together"]) expect(text).toContain(`\n${title}`);
    for (const policy of POLICIES) expect(text.match(new RegExp(`^${policy} `, "gm"))).toHaveLength(3);
    expect(text).toMatch(/^policy +held +saved +of most +OOM +short +worst +slower +refaults +swapped +moves$/m);
    expect(text).toMatch(/^ {2}guarded +The driver's law and the guard/m);
  });

  it("measures savings against the policy that moves nothing, whether it is shown or not", async () => {
    const text = await new Home().succeed("compare", "jvm", "--policies", "adaptive", "--minutes", "10", "--json");
    const [jvm] = JSON.parse(text).scenarios;
    expect(jvm.results).toHaveLength(1);
    expect(jvm.results[0]).toMatchObject({ policy: "adaptive", oomKills: 0 });
    expect(jvm.results[0].savedPercent).toBeCloseTo(100 * (1 - jvm.results[0].heldGibMinutes / 20), 1);
  });

  it("writes a report that asks nobody for anything", async () => {
    const home = new Home();
    const file = join(home.folder, "report.html");
    await home.succeed("compare", "web", "build", "--minutes", "5", "--html", file);
    const page = readFileSync(file, "utf8");
    for (const policy of POLICIES) expect(page).toContain(`data-policy="${policy}"`);
    expect(page.match(/data-plot="/g)).toHaveLength(2);
    expect(page).toContain("var uPlot=");
    expect(page).not.toMatch(/(src|href)=|@import|url\(|fetch\(|XMLHttpRequest/);
    const plots = JSON.parse(page.match(/id="plots">(.*)<\/script>/)?.[1] ?? "null");
    expect(plots[0].lines).toHaveLength(POLICIES.length);
    // The law alone lets builds swap; with the guard nothing is marked.
    expect(page).toMatch(/<tr class="harm"><th scope="row"><i data-policy="driver"/);
    expect(page).not.toMatch(/<tr class="harm"><th scope="row"><i data-policy="(guarded|adaptive)"/);
  });
});

describe("run --policy", () => {
  it("finds goals by what is in use", async () => {
    const home = new Home();
    const interval = ["--set", "selfballoon_interval=1"];
    const daemon = await home.daemon("--backend", "simulated", "--policy", "adaptive", "--json", ...interval);
    const [, java = ""] = await daemon.says("stdout", /^(.*"guest":"java".*)$/m);
    const { observation, decision } = JSON.parse(java);
    expect(decision.goalPages).toBeLessThan(observation.committedPages);
  });

  it("may be configured, and then the daemon and doctor say so", async () => {
    const home = new Home();
    const config = join(home.folder, "c.toml");
    writeFileSync(config, '[law]\npolicy = "adaptive"\n');
    await home.daemon("--backend", "simulated", "--config", config, "--set", "selfballoon_interval=1");
    expect(JSON.parse(await home.succeed("top", "--json")).doing).toContain("(policy adaptive)");
    expect(await home.succeed("doctor", "--config", config)).toContain("policy adaptive");
    writeFileSync(config, '[law]\npolicy = "adaptive"\n[tunables]\nguard = 0\n');
    expect(await home.succeed("doctor", "--config", config)).toContain("adaptive needs the guard, which is off");
  });

  it("is refused where it is misspelt", async () => {
    const home = new Home();
    const config = join(home.folder, "c.toml");
    writeFileSync(config, '[law]\npolicy = "adaptve"\n');
    const { exitCode, stderr } = await home.do("run", "--backend", "simulated", "--config", config);
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: expect.stringContaining("law.policy") });
  });
});
