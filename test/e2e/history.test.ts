import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { HistoryRange, HostPoint } from "../../src/core/history.ts";
import { Command } from "../support/command.ts";
import { Home } from "../support/home.ts";
import { Tree } from "../support/trees.ts";
import { until } from "../support/until.ts";

const SIMULATED = ["--backend", "simulated", "--set", "selfballoon_interval=1"];

async function past(home: Home, query = ""): Promise<HistoryRange> {
  const { status, body } = await home.ask("GET", `/v1/guests/web/history${query}`);
  expect(status).toBe(200);
  return body as HistoryRange;
}

const untilKept = (home: Home, count: number): Promise<HistoryRange> =>
  until(`${count} steps in the history`, async () => {
    const range = await past(home);
    return range.points.length >= count ? range : null;
  });

const textIn = (folder: string): string =>
  readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");

describe("what the guests of a host save", () => {
  const savedBy = async (home: Home): Promise<readonly HostPoint[]> =>
    ((await home.ask("GET", "/v1/host/history")).body as { points: readonly HostPoint[] }).points;
  const untilSaved = (home: Home, count: number): Promise<readonly HostPoint[]> =>
    until(`${count} points of the host`, async () => {
      const points = await savedBy(home);
      return points.length >= count ? points : null;
    });

  it("is known over a restart, with a gap between, and a file of nonsense is told and costs nothing else", async () => {
    const home = new Home();
    const first = await home.daemon(...SIMULATED);
    const before = await untilSaved(home, 2);
    first.kill("SIGTERM");
    expect(await first.ended()).toMatchObject({ exitCode: 0 });
    const second = await home.daemon(...SIMULATED);
    const after = await untilSaved(home, before.length + 2);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.filter(({ gap }) => gap)).toHaveLength(2);
    second.kill("SIGTERM");
    await second.ended();
    const file = join(home.folder, "run/host-past.json");
    writeFileSync(file, "nonsense");
    const third = await home.daemon(...SIMULATED);
    await third.says("stderr", /host-past\.json.*ERR_HISTORY/);
    await untilSaved(home, 1);
    third.kill("SIGTERM");
    await third.ended();
    expect(JSON.parse(readFileSync(file, "utf8"))).not.toEqual([]);
  });
});

describe("history", () => {
  it("is kept beside the socket of a simulated host, named at the start, and is a recording", async () => {
    const home = new Home();
    const daemon = await home.daemon(...SIMULATED);
    const folder = join(home.folder, "run/history");
    await daemon.says("stdout", new RegExp(`^History: ${folder}, at most 64 MiB\\.$`, "m"));
    const { points } = await untilKept(home, 3);
    expect(points[0]).toMatchObject({ gap: true, reason: "lower", figures: { maximumBytes: expect.any(Number) } });
    daemon.kill("SIGTERM");
    await daemon.ended();
    const [name = ""] = readdirSync(folder);
    const replayed = (await home.succeed("replay", join(folder, name))).trim().split("\n");
    expect(replayed.length).toBeGreaterThan(12);
    expect(JSON.parse(await home.succeed("report", join(folder, name), "--json"))).toMatchObject({
      badLines: 0,
      hasDecisions: true,
    });
  });

  it("survives kill -9: what was written stays, what was torn goes, and the next daemon goes on", async () => {
    const home = new Home();
    const first = await home.daemon(...SIMULATED);
    await untilKept(home, 2);
    first.kill("SIGKILL");
    await first.ended();
    const folder = join(home.folder, "run/history");
    const [name = ""] = readdirSync(folder);
    const kept = readFileSync(join(folder, name), "utf8");
    expect(kept).toContain('"guest":"web"');
    appendFileSync(join(folder, name), '{"t":9,"guest":"we');
    const second = await home.daemon(...SIMULATED);
    const { points } = await untilKept(home, 4);
    expect(points.filter(({ gap }) => gap)).toHaveLength(2);
    expect(second.stderr).not.toContain("ERR_HISTORY");
    expect(readdirSync(folder)).toEqual([name]);
    expect(textIn(folder).startsWith(kept)).toBe(true);
    expect(textIn(folder)).not.toContain('"guest":"we{');
  });

  it("is kept in systemd's state directory in a guest, and nowhere without one", async () => {
    const guest = ["--backend", "xen", "--selfballooning", "--set", "selfballoon_interval=1"];
    const without = new Home();
    await without.daemon(...guest, "--root", new Tree("xen/pv-idle").root);
    expect(await without.ask("GET", "/v1/guests/guest/history")).toMatchObject({
      status: 404,
      body: { code: "ERR_NO_HISTORY" },
    });
    expect(existsSync(join(without.folder, "run/history"))).toBe(false);
    const home = new Home();
    const state = join(home.folder, "state");
    mkdirSync(state);
    home.env["STATE_DIRECTORY"] = state;
    await home.daemon(...guest, "--root", new Tree("xen/pv-idle").root);
    await until("a step in the history", async () => {
      const { body } = await home.ask("GET", "/v1/guests/guest/history");
      return (body as HistoryRange).points.length > 0 ? true : null;
    });
    expect(textIn(join(state, "history"))).toContain('"guest":"guest"');
  });

  it("is left out where the configuration says so, and a bad place for it stops nothing", async () => {
    const home = new Home();
    const config = join(home.folder, "c.toml");
    writeFileSync(config, '[history]\ndirectory = ""\n');
    const off = await home.daemon(...SIMULATED, "--config", config);
    expect(await home.ask("GET", "/v1/guests/web/history")).toMatchObject({ status: 404 });
    off.kill("SIGTERM");
    await off.ended();
    writeFileSync(config, '[history]\ndirectory = "/proc/nowhere"\n');
    const bad = await home.daemon(...SIMULATED, "--config", config);
    await bad.says("stderr", /warn .*history must be kept in \/proc\/nowhere.*guest=\* code=ERR_HISTORY/);
    await bad.says("stderr", /guest=web reason=/);
    expect(bad.stderr.match(/ERR_HISTORY/g)).toHaveLength(1);
  });

  it.each(["from=yesterday", "points=0"])("refuses %s with a problem object", async (query) => {
    const home = new Home();
    await home.daemon(...SIMULATED);
    expect(await home.ask("GET", `/v1/guests/web/history?${query}`)).toMatchObject({
      status: 400,
      body: { code: "ERR_QUERY_INVALID", detail: expect.stringContaining("must be a whole number") },
    });
  });
});

/** A disk of its own for a command: a tmpfs in a mount namespace, which goes with the command. */
const mayMount = process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;

describe.skipIf(!mayMount)("history on a disk that is full", () => {
  it("drops its oldest file and says so once, while the daemon goes on", async () => {
    const home = new Home();
    const disk = join(home.folder, "disk");
    mkdirSync(disk);
    const config = join(home.folder, "c.toml");
    writeFileSync(config, `[history]\ndirectory = "${disk}/history"\nmax_mb = 1\n`);
    // An old file that leaves room for a few lines; then all is full.
    const script =
      `mount -t tmpfs -o size=160k none ${disk} && mkdir ${disk}/history && cd ${disk}/history && ` +
      "head -c 140000 /dev/zero > 20200101T000000.000Z.jsonl && touch 20200102T000000.000Z.jsonl && " +
      'cd / && exec "$@"';
    const daemon = new Command(["run", ...SIMULATED, "--config", config], {
      env: home.env,
      cwd: home.folder,
      under: ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"],
    });
    await daemon.says("stderr", /history must be kept in .*the disk is full, so the oldest file was dropped/);
    const { keptFromMs, points } = await past(home);
    expect(keptFromMs).toBe(Date.parse("2020-01-02T00:00:00Z"));
    await untilKept(home, points.length + 3);
    expect(daemon.stderr.match(/ERR_HISTORY/g)).toHaveLength(1);
    expect(daemon.hasEnded).toBe(false);
  });
});
