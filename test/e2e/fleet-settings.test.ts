import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectFleet } from "../../src/fleet/connect.ts";
import type { Scope } from "../../src/fleet/scope.ts";
import { SettingsBoard } from "../../src/fleet/settings-board.ts";
import type { SettingsDocument } from "../../src/fleet/settings-wire.ts";
import type { Home } from "../support/home.ts";
import { hostsSeenBy, member } from "../support/members.ts";
import { freePort, natsGate, startNats } from "../support/nats.ts";
import { until } from "../support/until.ts";

/** A host whose guests share memory, and whose file says something itself. */
const HOST = "[host]\nmemory_mb = 16384\n[simulated]\nguests = 3\n[tunables]\nguard_headroom_mb = 70\n";

/** What is said of `guard=0`. */
const RISK =
  "guard=0: Without the guard nothing keeps a guest from running short of memory, and its kernel may kill processes.\n";

const ALL: Scope = { kind: "all" };

async function boardAt(url: string): Promise<SettingsBoard> {
  const connection = await connectFleet({ servers: [url], credentials: null, tlsCa: null }, "board");
  onTestFinished(() => connection.close());
  return SettingsBoard.follow(connection);
}

const saying = (document: Partial<SettingsDocument>) => (): SettingsDocument => ({
  settings: {},
  guests: {},
  ...document,
});

/** Wait until `get` with these words shows this value from there. */
async function hasBeen(home: Home, name: string, value: string, from: string, ...words: string[]): Promise<void> {
  await until(`${name} to be ${value} from ${from}`, async () => {
    const text = await home.succeed("get", name, "guard", ...words);
    return new RegExp(`^${name} +${value} .*${from}`, "m").test(text) ? true : null;
  });
}

describe.skipIf(natsGate().skip)("what a fleet sets", { timeout: 120_000 }, () => {
  it("is taken by the hosts of its scope, between file and flags, and reported by each", async () => {
    const { url } = await startNats();
    const home = member("h1", url, 'labels = { rack = "a1" }', HOST);
    await home.succeed("fleet", "prepare");
    await home.daemon("--set", "guard_watch_ms=200");
    const board = await boardAt(url);
    await board.edit(ALL, saying({ settings: { guard_headroom_mb: "80", guard_watch_ms: "300", guard: "7" } }));
    await hasBeen(home, "guard_headroom_mb", "80 MiB", "fleet");
    await hasBeen(home, "guard_watch_ms", "200 ms", "flag");
    await board.edit({ kind: "host", host: "h2" }, saying({ settings: { guard_headroom_mb: "99" } }));
    await board.edit(
      { kind: "label", name: "rack", value: "a1" },
      saying({ settings: { guard_headroom_mb: "90" }, guests: { "*": { max_mb: "1000", guard_emergency_mb: "40" } } }),
    );
    await hasBeen(home, "guard_headroom_mb", "90 MiB", "fleet");
    const { guests } = (await home.ask("GET", "/v1/guests")).body as { guests: readonly { guest: string }[] };
    const guest = guests[0]?.guest ?? "";
    await hasBeen(home, "max_mb", "1000 MiB", "fleet", "--guest", guest);
    await hasBeen(home, "guard_emergency_mb", "40 MiB", "fleet", "--guest", guest);

    const reported = await until("the report", async () => {
      const [host] = await hostsSeenBy(home);
      return Object.keys(host?.state?.settings?.taken ?? {}).length === 2 ? host?.state?.settings : null;
    });
    expect(reported).toEqual({
      taken: { all: 1, "label.rack.a1": 3 },
      refused: [{ scope: "all", guest: null, name: "guard", problem: expect.stringContaining("must be 0 or 1") }],
      refusedInAll: 1,
    });

    // What is said on the host beats it, and stays when the fleet says something else.
    await home.succeed("set", "guard_headroom_mb=100");
    await board.edit(ALL, saying({ settings: { guard_headroom_mb: "85", selfballoon_downhysteresis: "4" } }));
    await hasBeen(home, "selfballoon_downhysteresis", "4", "fleet");
    await hasBeen(home, "guard_headroom_mb", "100 MiB", "runtime");
    await board.edit({ kind: "label", name: "rack", value: "a1" }, saying({}));
    await hasBeen(home, "max_mb", "none", "default", "--guest", guest);
  });

  it("is kept by a host for a start without NATS, and stays while NATS is away or has lost it", async () => {
    const server = await startNats();
    const home = member("h1", server.url, "", HOST);
    await home.succeed("fleet", "prepare");
    const first = await home.daemon();
    const board = await boardAt(server.url);
    await board.edit(ALL, saying({ settings: { guard_headroom_mb: "80" }, guests: { "*": { weight: "3" } } }));
    await hasBeen(home, "guard_headroom_mb", "80 MiB", "fleet");
    await server.kill();
    await first.says("stderr", /must be told by NATS/);
    await hasBeen(home, "guard_headroom_mb", "80 MiB", "fleet");
    first.kill("SIGTERM");
    expect((await first.ended()).exitCode).toBe(0);
    const second = await home.daemon();
    await hasBeen(home, "guard_headroom_mb", "80 MiB", "fleet");
    await second.says("stderr", /the fleet's settings were taken: 2 of them, and 0 refused/);
    // A server that has nothing says nothing.
    const other = await startNats();
    const path = home.env["SELFBALLOON_CONFIG"] ?? "";
    writeFileSync(path, readFileSync(path, "utf8").replace(server.url, other.url));
    await home.succeed("fleet", "prepare");
    second.kill("SIGTERM");
    await second.ended();
    await home.daemon();
    await until("the host's report", async () => {
      const [host] = await hostsSeenBy(home);
      return host?.state?.settings?.taken["all"] === 1 ? true : null;
    });
    await hasBeen(home, "guard_headroom_mb", "80 MiB", "fleet");
  });

  it("is set, shown and unset by commands, which say how many hosts it meets and which refuse it", async () => {
    const { url } = await startNats();
    const [first, second] = [member("h1", url, 'labels = { rack = "a1" }', HOST), member("h2", url)];
    await first.succeed("fleet", "prepare");
    await Promise.all([first.daemon(), second.daemon()]);
    await until("both hosts", async () => ((await hostsSeenBy(first)).length === 2 ? true : null));
    expect(await first.succeed("fleet", "get")).toBe("Nothing is set for the hosts of this fleet.\n");
    expect(await first.succeed("fleet", "set", "--all", "--dry-run", "guard=0")).toBe(
      `It would be for 2 hosts: h1, h2. Nothing was changed.\n${RISK}`,
    );
    expect(await second.succeed("get", "guard")).toBe("1\n");
    expect(await first.succeed("fleet", "set", "--all", "guard_headroom_mb=80", "guard=0")).toBe(
      `Set for all: taken by 2 of 2 hosts.\n${RISK}`,
    );
    expect(await second.succeed("get", "guard_headroom_mb")).toBe("80\n");
    // The second host has no limits, because its guests share nothing.
    const json = await first.succeed("fleet", "set", "--all", "--guest", "*", "max_mb=900", "--json");
    expect(JSON.parse(json)).toMatchObject({
      scope: "all",
      hosts: 2,
      waiting: [],
      refused: [{ host: "h2", scope: "all", guest: "*", name: "max_mb" }],
    });
    expect(await first.do("fleet", "set", "--host", "h2", "--guest", "*", "max_mb=900")).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("taken by 1 of 1 host."),
      stderr: expect.stringContaining("none of 1 host has it; it stays set"),
    });
    await first.succeed("fleet", "unset", "--host", "h2");
    expect(await first.succeed("fleet", "unset", "--all", "guard")).toContain("taken by 2 of 2 hosts.");
    await first.succeed("fleet", "set", "--where", "rack=a1", "guard_headroom_mb=90");
    await first.succeed("fleet", "set", "--host", "h9", "guard_headroom_mb=99");
    const [table = "", refused = ""] = (await first.succeed("fleet", "get")).split(/(?=^h2 refuses)/m);
    expect(table.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["HOSTS", "GUESTS", "NAME", "VALUE", "TAKEN"],
      ["all", "all", "guard_headroom_mb", "80", "2 of 2"],
      ["all", "*", "max_mb", "900", "1 of 2"],
      ["host h9", "all", "guard_headroom_mb", "99", "0 of 0"],
      ["rack=a1", "all", "guard_headroom_mb", "90", "1 of 1"],
      [""],
    ]);
    expect(refused).toMatch(
      /^h2 refuses max_mb for guests \* of all: guests have settings of their own only on a host/,
    );
    await first.succeed("fleet", "unset", "--all");
    expect(await second.succeed("get", "guard_headroom_mb")).toBe("64\n");
  });

  it.each([
    [["set", "guard=0"], /for which hosts/],
    [["set", "--all", "--host", "h1", "guard=0"], /one of them/],
    [["set", "--all"], /missing required argument/],
    [["set", "--all", "guard=7"], /guard must be 0 or 1, not "7"; nothing was changed/],
    [["set", "--all", "gard=1"], /no tunable "gard"/],
    [["set", "--all", "max_mb=10"], /--guest/],
    [["set", "--all", "--guest", "*", "min_mb=20", "max_mb=10"], /max_mb must be/],
    [["set", "--where", "rack", "guard=0"], /a label NAME=VALUE/],
    [["set", "--host", "a b", "guard=0"], /a host's name/],
    [["unset", "--all", "gard"], /no tunable "gard"/],
    [["unset", "--all", "--first", "1"], /--first takes the names/],
    [["get", "guard"], /nothing after it/],
  ])("is refused before anybody is asked: %j", async (words, because) => {
    const home = member("h1", `nats://127.0.0.1:${await freePort()}`);
    const { exitCode, stderr } = await home.do("fleet", ...words);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(because) });
  });

  it("changes decisions that a replay of the recording makes again", async () => {
    const { url } = await startNats();
    const home = member("h1", url, "", HOST);
    await home.succeed("fleet", "prepare");
    await home.daemon("--set", "selfballoon_interval=1");
    const file = join(home.folder, "recording");
    writeFileSync(file, "");
    const record = home.start("record", file);
    const decisions = (): number => readFileSync(file, "utf8").split('"exact"').length - 1;
    const someMore = async (): Promise<void> => {
      const before = decisions();
      await until("some decisions", () => (decisions() >= before + 9 ? true : null));
    };
    await until("the recording", () => record.stderr !== "" || decisions() > 0);
    await someMore();
    const board = await boardAt(url);
    await board.edit(
      ALL,
      saying({ settings: { guard_headroom_mb: "300" }, guests: { "*": { max_mb: "700", frontswap_inertia: "9" } } }),
    );
    await hasBeen(home, "guard_headroom_mb", "300 MiB", "fleet");
    await someMore();
    await board.edit(ALL, saying({ settings: { selfballoon_downhysteresis: "2" } }));
    await hasBeen(home, "selfballoon_downhysteresis", "2", "fleet");
    await someMore();
    record.kill("SIGINT");
    await record.ended();
    const { exitCode, stdout, stderr } = await home.do("replay", "--check", file);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/makes each again/);
  });
});
