import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { observationOf } from "../support/observations.ts";

const line = (t: number, readings: object = {}): string =>
  `${JSON.stringify({ ...observationOf({ t }), ...readings })}\n`;

/** A recording of a real daemon's first steps. */
async function recorded(home: Home): Promise<string> {
  const file = join(home.folder, "day.jsonl");
  await home.daemon("--backend", "simulated", "--set", "selfballoon_interval=1");
  await home.succeed("record", file, "--count", "24");
  return file;
}

describe("report", () => {
  it("makes a page of a recording that asks nobody for anything", async () => {
    const home = new Home();
    const out = join(home.folder, "out.html");
    const text = await home.succeed("report", await recorded(home), "-o", out);
    expect(text).toMatch(/6 guests, 24 lines\.\n\nguest +known +held/);
    const page = readFileSync(out, "utf8");
    for (const guest of ["database", "idle", "java"]) expect(page).toContain(`<h2>${guest}</h2>`);
    expect(page.match(/data-plot="/g)).toHaveLength(7);
    expect(page).not.toMatch(/ (src|href)=|@import|url\(|fetch\(|XMLHttpRequest/);
    const plots = JSON.parse(page.match(/id="plots">(.*)<\/script>/)?.[1] ?? "null");
    expect(plots[1].time).toBe("clock");
    expect(plots[1].marks.length).toBeGreaterThan(0);
    expect(plots[1].lines.map(({ label }: { label: string }) => label)).toContain("goal");
    expect(plots[1].words).toContain("giving back");
  });

  it("gives the page or the figures on standard output, from standard input too", async () => {
    const home = new Home();
    const ask = async (...more: readonly string[]): Promise<string> => {
      const report = home.start("report", "-", ...more);
      report.child.stdin.end(line(0, { totalramPages: 125_000 }) + line(300, { totalramPages: 125_000 }) + line(600));
      const { exitCode, stdout } = await report.ended();
      expect(exitCode).toBe(0);
      return stdout;
    };
    expect(await ask()).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    const figures = JSON.parse(await ask("--json"));
    expect(figures).toMatchObject({ lines: 3, badLines: 0, isClock: false, guests: [{ guest: "g", hours: 1 / 6 }] });
    expect(figures.together.savedPercent).toBeGreaterThan(45);
  });

  it("reads several files, counts the lines that it can't read, and names the first one", async () => {
    const home = new Home();
    const [a, b] = [join(home.folder, "a"), join(home.folder, "b")];
    writeFileSync(a, `${line(0)}{"t":\n\n${"x".repeat(300_000)}\n${line(5)}{"set":{"guard":"0"}}\n`);
    writeFileSync(b, `${line(10)}{"t":15,"guest":"g","pageBy`);
    const figures = JSON.parse(await home.succeed("report", a, b, "--json"));
    expect(figures).toMatchObject({ lines: 3, badLines: 3, firstBadLine: `line 2 of ${a}: it is not JSON` });
    expect(await home.succeed("report", a, b)).toContain("3 lines could not be read");
  });

  it("shows names as they are, and lets them do nothing", async () => {
    const home = new Home();
    const file = join(home.folder, "evil");
    const guest = "</script><script>alert(1)</script><img onerror=x>\u001b[2J";
    writeFileSync(file, line(0, { guest }) + line(5, { guest, oomKills: 0 }) + line(10, { guest, oomKills: 3 }));
    const page = await home.succeed("report", file);
    expect(page).not.toMatch(/<script>alert|<img/);
    expect(page).toContain("&lt;img onerror=x>");
    expect(await home.succeed("report", file, "-o", join(home.folder, "o"))).not.toContain("\u001b");
  });

  it.each([
    ["empty", "", ""],
    ["a configuration", "[tunables]\nguard = 1\n", " (line 1 of FILE: it is not JSON)"],
    ["without observations", '{"set":{"guard":"0"}}\n', ""],
  ])("refuses a file that is %s, and writes nothing", async (_, text, why) => {
    const home = new Home();
    const [file, page] = [join(home.folder, "r"), join(home.folder, "r.html")];
    writeFileSync(file, text);
    const problem = `a recording must have observations, but there is none in ${file}${why.replace("FILE", file)}; nothing was written`;
    for (const more of [[], ["--json"], ["-o", page]]) {
      const { exitCode, stdout, stderr } = await home.do("report", file, ...more);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr).toContain(problem);
    }
    expect(existsSync(page)).toBe(false);
  });

  it("holds no more of a large recording than it must: 40 MB of it pass through a heap of 24 MB", async () => {
    const home = new Home();
    home.env["NODE_OPTIONS"] = "--max-old-space-size=24";
    const report = home.start("report", "-", "--json");
    const piece = Array.from({ length: 1000 }, () => line(1)).join("");
    let bytes = 0;
    for (let count = 0; count < 110; count += 1) {
      const text = piece.replaceAll('"t":1,', `"t":${count},`);
      bytes += text.length;
      report.write(text);
    }
    expect(bytes).toBeGreaterThan(40_000_000);
    report.child.stdin.end();
    const { exitCode, stdout, stderr } = await report.ended();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ lines: 110_000, badLines: 0 });
  });

  it.each([
    [["report"], "missing required argument"],
    [["report", "nowhere.jsonl"], "the recording could not be read: ENOENT"],
  ])("%j is refused", async (args, problem) => {
    const { exitCode, stdout, stderr } = await new Home().do(...args);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: "", stderr: expect.stringContaining(problem) });
  });

  it("says where the page can't be written", async () => {
    const home = new Home();
    const file = join(home.folder, "r");
    writeFileSync(file, line(0));
    const { exitCode, stderr } = await home.do("report", file, "-o", "/nowhere/x.html");
    expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: expect.stringContaining("nothing was written") });
  });
});
