import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { observationOf } from "../support/observations.ts";
import { Tree, XEN_MEMORY } from "../support/trees.ts";
import { until } from "../support/until.ts";

const lines = (text: string) => text.trim().split("\n");

/** The decisions among the lines that a replay, or a daemon under --json, printed. */
const decisionsOf = (text: string) =>
  lines(text)
    .map((line) => JSON.parse(line))
    .filter((line) => line.reason !== undefined || line.decision !== undefined)
    .map(({ applied: _, ...decision }) => decision.decision ?? decision)
    // What a target is made of is in the daemon's records, and no part of a replay's lines.
    .map(({ headroomPages: _, ...decision }) => decision);

/** Record what `home`'s daemon observes from its first step on; gives the file once `count` observations are in it. */
async function recordFrom(home: Home, count: number): Promise<string> {
  const file = join(home.folder, "recording");
  await home.succeed("record", file, "--count", String(count));
  return file;
}

describe("record", () => {
  it("follows a daemon, and a replay of it decides page for page as the daemon did", async () => {
    const home = new Home();
    const tree = new Tree("xen/pv-idle");
    const settings = ["guard=0", "selfballoon_interval=1", "selfballoon_uphysteresis=3"].flatMap((set) => [
      "--set",
      set,
    ]);
    const args = ["--backend", "xen", "--root", tree.root, "--selfballooning", "--json", ...settings];
    const daemon = await home.daemon(...args);
    const file = join(home.folder, "recording");
    const record = home.start("record", file);
    const stepsAfter = (mark: string): number | null => {
      const [, after] = existsSync(file) ? readFileSync(file, "utf8").split(mark) : [];
      return after?.match(/"exact"/g)?.length ?? null;
    };
    await until("a recorded step", () => stepsAfter('"recording"'));
    tree.followTarget(68_244);
    await home.succeed("set", "selfballoon_downhysteresis=3");
    await until("a step after the write", () => stepsAfter('"kind":"tunables"'));
    record.kill("SIGINT");
    await record.ended();
    const replayed = decisionsOf(await home.succeed("replay", file));
    const decided = decisionsOf(daemon.stdout);
    // The daemon may have decided before the recording began.
    const first = decided.findIndex(({ t }) => t === replayed[0]?.t);
    expect(replayed).toEqual(decided.slice(first, first + replayed.length));
    expect(new Set(replayed.map(({ targetPages }) => targetPages)).size).toBeGreaterThan(1);
    expect(await home.succeed("replay", "--check", file)).toMatch(/^\d+ decisions checked/);
  });

  it("keeps apart what is in force for each of several guests", async () => {
    const COUNT = 36; // of six guests, whose steps do not take turns on a busy machine
    const home = new Home();
    const config = join(home.folder, "c.toml");
    const law = "[tunables]\nguard = 0\nselfballoon_interval = 1\nfrontswap_selfshrinking = 0\n";
    writeFileSync(
      config,
      `${law}[guests.web]\nselfballoon_downhysteresis = 2\n[guests."d*"]\nselfballoon_min_usable_mb = 500\n`,
    );
    const daemon = await home.daemon("--backend", "simulated", "--json", "--config", config);
    const replayed = decisionsOf(await home.succeed("replay", await recordFrom(home, COUNT)));
    expect(replayed).toHaveLength(COUNT);
    expect(decisionsOf(daemon.stdout)).toEqual(expect.arrayContaining(replayed));
    const above = replayed.filter(({ floorPages }) => floorPages >= 500 * 256);
    expect([...new Set(above.map(({ guest }) => guest))]).toEqual(["database"]);
  });

  it("reads this machine where no daemon runs, and appends", async () => {
    const home = new Home();
    const { root } = new Tree("xen/pv-idle");
    const file = join(home.folder, "recording");
    writeFileSync(file, '{"set":{"guard":"0"}}\n');
    await home.succeed("record", file, "--count", "1", "--root", root);
    const [first, second = ""] = lines(readFileSync(file, "utf8"));
    expect(first).toBe('{"set":{"guard":"0"}}');
    expect(JSON.parse(second)).toMatchObject({ guest: "guest", totalramPages: 114_011, committedPages: 252 });
    expect(new Tree("xen/pv-idle").read(`${XEN_MEMORY}/target_kb`)).toBe("524288\n");
  });

  it("says at Ctrl-C how much it recorded, and where", async () => {
    const home = new Home();
    const file = join(home.folder, "recording");
    const { root } = new Tree("xen/pv-idle");
    const record = home.start("record", file, "--interval", "1", "--root", root);
    const recorded = () => (existsSync(file) ? readFileSync(file, "utf8") : "");
    await until("an observation", () => (recorded().includes("\n") ? true : null));
    record.kill("SIGINT");
    const { exitCode, stdout, stderr } = await record.ended();
    const many = lines(recorded()).length;
    const text = `selfballoon: ${many} ${many === 1 ? "observation" : "observations"} recorded in ${file}.\n`;
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: text });
  });

  it("ends with its daemon, and keeps what it has", async () => {
    const home = new Home();
    const daemon = await home.daemon("--backend", "simulated", "--set", "selfballoon_interval=1");
    const record = home.start("record", "-");
    await record.says("stdout", /"guest":"database".*"exact"/);
    daemon.kill("SIGTERM");
    const { exitCode, stdout, stderr } = await record.ended();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const line of lines(stdout)) expect(JSON.parse(line)).toBeTypeOf("object");
  });
});

describe("replay -", () => {
  it("answers each line before the next one comes", async () => {
    const replay = new Home().start("replay", "-", "--set", "guard=0");
    const asked = [
      { line: { set: { selfballoon_reserved_mb: "44", nonsense: "1", guard: "x" } }, answer: /"set".*\n/ },
      { line: observationOf({ t: 1, guest: "a", totalramPages: 114_011 }), answer: /"t":1,.*\n/ },
      { line: observationOf({ t: 0.5, guest: "b", totalramPages: 9_000 }), answer: /"t":0.5,.*\n/ },
    ];
    for (const { line, answer } of asked) {
      replay.write(`${JSON.stringify(line)}\n`);
      await replay.says("stdout", answer);
    }
    expect(replay.hasEnded).toBe(false);
    replay.child.stdin.end();
    const { exitCode, stdout } = await replay.ended();
    expect(exitCode).toBe(0);
    expect(lines(stdout)[0]).toBe('{"set":{"selfballoon_reserved_mb":"ok","nonsense":"EINVAL","guard":"EINVAL"}}');
    expect(lines(stdout)).toHaveLength(3);
  });

  it.each([
    ["no JSON", "{"],
    ["neither an observation nor a set", '{"t":1}'],
    ["a set of numbers", '{"set":{"guard":0}}'],
    ["an absurd reading", JSON.stringify(observationOf({ totalramPages: -5 }))],
    ["a line without end", "x".repeat(200_000)],
  ])("stops at a line that is %s, and gives its number", async (_, bad) => {
    const replay = new Home().start("replay", "-");
    const good = JSON.stringify(observationOf({}));
    replay.child.stdin.end(`${good}\n\n${bad}\n${good}\n`);
    const { exitCode, stdout, stderr } = await replay.ended();
    expect(exitCode).toBe(2);
    expect(lines(stdout)).toHaveLength(1);
    expect(stderr).toMatch(/line 3 must be an observation or a set: .*the replay stopped there/);
  });

  it("ends quietly when its reader goes", async () => {
    const home = new Home();
    const replay = home.start("replay", "-");
    replay.child.stdout.destroy();
    const line = `${JSON.stringify(observationOf({}))}\n`;
    await until("the end of the replay", () => {
      replay.write(line);
      return replay.hasEnded ? true : null;
    });
    expect(replay.child.exitCode).toBe(0);
    expect(replay.stderr).toBe("");
  });
});
