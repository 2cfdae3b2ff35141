import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type NatsConnection, nkeys } from "@nats-io/transport-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { askForPage } from "../../src/fleet/ask-host.ts";
import { connectFleet } from "../../src/fleet/connect.ts";
import type { HostView } from "../../src/fleet/fleet-view.ts";
import {
  askSubject,
  changesSubject,
  GIVEN_BUCKET,
  HOSTS_BUCKET,
  hostKey,
  inboxPrefix,
  recordsSubject,
  SETTINGS_BUCKET,
} from "../../src/fleet/names.ts";
import { packedQuestion, pageAnswerIn } from "../../src/fleet/page-wire.ts";
import { SettingsBoard } from "../../src/fleet/settings-board.ts";
import { readProjectFile } from "../support/docs.ts";
import { Home } from "../support/home.ts";
import { askHttp } from "../support/http.ts";
import { hostsSeenBy, member } from "../support/members.ts";
import { freePort, natsGate, startNats } from "../support/nats.ts";
import { NatsCluster } from "../support/nats-cluster.ts";
import { REPEATED } from "../support/patience.ts";
import { temporaryFolder } from "../support/trees.ts";
import { until } from "../support/until.ts";

/** Steps of all guests together. */
async function stepsOf(home: Home): Promise<number> {
  const { guests } = (await home.ask("GET", "/v1/guests")).body as { guests: readonly { steps: number }[] };
  return guests.reduce((sum, { steps }) => sum + steps, 0);
}

/** Wait until every guest has stepped twice more: then guests are managed, whatever becomes of NATS. */
async function stepsGoOn(home: Home): Promise<void> {
  const before = await stepsOf(home);
  await until("two more steps of each guest", async () => ((await stepsOf(home)) >= before + 6 ? true : null));
}

describe.skipIf(natsGate().skip)("a fleet on a real NATS server", { timeout: 120_000 }, () => {
  it("shows every host with its guests, from any of them", async () => {
    const { url } = await startNats();
    const [first, second] = [member("h1", [url], 'labels = { rack = "a1" }'), member("h2", [url])];
    expect(await first.do("fleet", "status")).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining("prepare"),
    });
    await first.succeed("fleet", "prepare");
    await Promise.all([first.daemon(), second.daemon()]);
    const hosts = await until("both hosts", async () => {
      const seen = await hostsSeenBy(second);
      return seen.length === 2 ? seen : null;
    });
    expect(hosts).toMatchObject([
      { host: "h1", isStale: false, refused: null, state: { guests: 3, labels: { rack: "a1" } } },
      { host: "h2", isStale: false, refused: null, state: { guests: 3 } },
    ]);
    const guests = await until("the guests", async () => {
      const text = await first.succeed("fleet", "guests");
      return /at_|lower|raise|in_use/.test(text) ? text : null;
    });
    expect(guests.match(/ h1 /g)).toHaveLength(3);
    expect(guests.match(/ h2 /g)).toHaveLength(3);
  });

  it("is told so by nobody where no NATS server is, and guests are managed all the same", async () => {
    const home = member("h1", [`nats://127.0.0.1:${await freePort()}`]);
    const daemon = await home.daemon();
    await daemon.says("stderr", /the fleet must be told by NATS .* guests are managed all the same/);
    await stepsGoOn(home);
    daemon.kill("SIGTERM");
    expect((await daemon.ended()).exitCode).toBe(0);
  });

  it("does not hold a host up while its server hangs or is dead, and hears of it again after", async () => {
    const server = await startNats();
    const home = member("h1", [server.url]);
    await home.succeed("fleet", "prepare");
    const daemon = await home.daemon();
    await until("the host", async () => ((await hostsSeenBy(home)).length === 1 ? true : null));
    server.signal("SIGSTOP");
    await daemon.says("stderr", /the fleet must be told by NATS/);
    await stepsGoOn(home);
    server.signal("SIGCONT");
    await daemon.says("stderr", /the fleet is told again/);
    await server.kill();
    await until("the loss", () => (daemon.stderr.match(/must be told by NATS/g)?.length === 2 ? true : null));
    await stepsGoOn(home);
    await server.start();
    await until("the return", () => (daemon.stderr.match(/told again/g)?.length === 2 ? true : null));
    expect((await hostsSeenBy(home))[0]).toMatchObject({ host: "h1", isStale: false });
    daemon.kill("SIGTERM");
    expect((await daemon.ended()).exitCode).toBe(0);
  });

  // The servers elect a new leader in their own time.
  it("goes on by the other two servers of a cluster of three when one is killed", REPEATED, async () => {
    const { servers } = await NatsCluster.start();
    const home = member(
      "h1",
      servers.map(({ url }) => url),
      "replicas = 3",
    );
    await until("the cluster", async () => ((await home.do("fleet", "prepare")).exitCode === 0 ? true : null));
    const daemon = await home.daemon();
    await until("the host", async () => ((await hostsSeenBy(home)).length === 1 ? true : null));
    await servers[0]?.kill();
    await stepsGoOn(home);
    const renewed = await until("a state that came after", async () => {
      const answer = await home.do("fleet", "status", "--json");
      const [host] = answer.exitCode === 0 ? (JSON.parse(answer.stdout) as { hosts: HostView[] }).hosts : [];
      return host !== undefined && (host.ageMs ?? 60_000) < 5500 ? host : null;
    });
    expect(renewed.isStale).toBe(false);
    daemon.kill("SIGTERM");
    expect((await daemon.ended()).exitCode).toBe(0);
  });
});

describe.skipIf(natsGate().skip)("the fleet's service", { timeout: 120_000 }, () => {
  it("serves hosts, guests, events, metrics and the page, under its own name alone", async () => {
    const { url: nats } = await startNats();
    const home = member("h1", [nats]);
    await home.succeed("fleet", "prepare");
    await home.daemon();
    const service = home.start("fleet", "serve", "--listen", "127.0.0.1:0");
    const [, url = ""] = await service.says("stdout", /^Fleet: (\S+)$/m);
    const read = async (path: string): Promise<unknown> => JSON.parse((await askHttp(`${url}${path}`)).text);
    await until("the host's guests", async () => {
      const { guests } = (await read("v1/fleet/guests?q=h1")) as { guests: readonly { reason: string | null }[] };
      return guests.length === 3 && guests.every(({ reason }) => reason !== null) ? guests : null;
    });
    expect(await read("v1/fleet")).toMatchObject({ ignored: 0, hosts: [{ host: "h1", isStale: false }] });
    expect(await read("v1/fleet/hosts/h1")).toMatchObject({ state: { guests: 3 }, guests: Array(3).fill({}) });
    expect(await read("v1/fleet/hosts/h2")).toMatchObject({ status: 404, code: "ERR_HOST_ABSENT" });
    const found = await until("the events", async () => {
      const { events } = (await read("v1/fleet/events")) as { events: readonly { text: string }[] };
      return events.some(({ text }) => text === "It was found.") ? events : null;
    });
    expect(found[0]).toMatchObject({ host: "h1" });
    expect(await read("v1/fleet/advice")).toEqual({ advice: [] });
    await home.succeed("fleet", "set", "--all", "guard_headroom_mb=80");
    const { scopes } = await until("the setting", async () => {
      const settings = (await read("v1/fleet/settings")) as { scopes: readonly { waiting: readonly unknown[] }[] };
      return settings.scopes[0]?.waiting.length === 0 ? settings : null;
    });
    expect(scopes).toMatchObject([{ scope: "all", hosts: 1, settings: [{ name: "guard_headroom_mb", value: "80" }] }]);
    expect((await askHttp(`${url}metrics`)).text).toMatch(/^selfballoon_fleet_guests\{host="h1"\} 3$/m);
    expect(await askHttp(url)).toMatchObject({ status: 200, text: expect.stringContaining("selfballoon fleet") });
    expect(await askHttp(`${url}v1/fleet`, { headers: { host: "evil.example" } })).toMatchObject({ status: 421 });
    expect(await askHttp(`${url}v1/fleet`, { method: "POST" })).toMatchObject({ status: 401 });
    service.kill("SIGTERM");
    expect((await service.ended()).exitCode).toBe(0);
  });
});

describe.skipIf(natsGate().skip)("run --fleet", { timeout: 120_000 }, () => {
  it("shows a fleet of simulated hosts over a NATS server of its own, and leaves nothing behind", async () => {
    const home = new Home();
    home.env["TMPDIR"] = temporaryFolder();
    const trial = home.start("run", "--fleet", "--listen", "127.0.0.1:0");
    const [, url = ""] = await trial.says("stdout", /^Fleet: (\S+)$/m);
    const [, file = ""] = await trial.says("stdout", /fleet status --config (\S+)`/);
    const [, nats = ""] = await trial.says("stdout", /(nats:\S+):/);
    const hosts = await until("all hosts", async () => {
      const { hosts: seen } = JSON.parse((await askHttp(`${url}v1/fleet`)).text) as { hosts: readonly HostView[] };
      return seen.length === 4 && seen.every(({ state }) => state !== null) ? seen : null;
    });
    expect(hosts.map(({ host, state }) => [host, state?.guests])).toEqual([
      ["host-1", 6],
      ["host-2", 8],
      ["host-3", 9],
      ["host-4", 12],
    ]);
    expect(await home.succeed("fleet", "status", "--config", file)).toMatch(/^host-4 +12 /m);
    trial.kill("SIGINT");
    expect((await trial.ended()).exitCode).toBe(0);
    expect(readdirSync(home.env["TMPDIR"])).toEqual([]);
    await expect(connectFleet({ servers: [nats], credentials: null, tlsCa: null }, "late")).rejects.toThrow("refused");
  });

  it("leaves nothing behind where it is killed either", async () => {
    const home = new Home();
    const folder = temporaryFolder();
    home.env["TMPDIR"] = folder;
    const trial = home.start("run", "--fleet", "--listen", "127.0.0.1:0");
    await trial.says("stdout", /^Fleet: (\S+)$/m);
    const [, nats = ""] = await trial.says("stdout", /(nats:\S+):/);
    trial.kill("SIGKILL");
    await trial.ended();
    await until("its files to be gone", () => (readdirSync(folder).length === 0 ? true : null));
    await expect(connectFleet({ servers: [nats], credentials: null, tlsCa: null }, "late")).rejects.toThrow("refused");
  });

  it.each([
    ["--json"],
    ["--quiet"],
    ["--verbose"],
    ["--qmp", "/run/vm/*.qmp"],
    ["--socket", "/run/s.sock"],
    ["--noselfshrink"],
  ])("takes no %s, which it would not heed", async (...words) => {
    const { exitCode, stderr } = await new Home().do("run", "--fleet", ...words);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(words[0]) });
  });
});

describe.skipIf(natsGate().skip)("the example of a server's permissions", { timeout: 120_000 }, () => {
  it("lets a member write its own state and read what the fleet sets, and write nothing else", async () => {
    const [admin, host] = [nkeys.createUser(), nkeys.createUser()];
    const [, users = ""] = /^(authorization \{[\s\S]*)/m.exec(readProjectFile("packaging/nats/nats-server.conf")) ?? [];
    const { url } = await startNats(
      users.replace("UADMIN", admin.getPublicKey()).replace("UHOST1", host.getPublicKey()),
    );
    const [adminHome, hostHome] = [member("admin", [url]), member("host-1", [url])];
    for (const [home, key] of [
      [adminHome, admin],
      [hostHome, host],
    ] as const) {
      const seed = join(home.folder, "seed");
      writeFileSync(seed, key.getSeed(), { mode: 0o600 });
      const path = home.env["SELFBALLOON_CONFIG"] ?? "";
      writeFileSync(
        path,
        `[fleet]\nservers = ["${url}"]\nname = "host-1"\ncredentials = "${seed}"\n[host]\nmemory_mb = 32768\n`,
      );
    }
    await adminHome.succeed("fleet", "prepare");
    expect((await hostHome.do("fleet", "status")).exitCode).toBe(4);
    const daemon = await hostHome.daemon("--backend", "simulated");
    await until("the host", async () => ((await hostsSeenBy(adminHome)).length === 1 ? true : null));
    expect(await adminHome.succeed("fleet", "reserve", "16")).toContain("16 MiB are free and reserved on host-1");
    await showsItsPage(url, adminHome);
    const board = await SettingsBoard.follow(await connected(url, adminHome));
    await board.edit({ kind: "all" }, () => ({ settings: { guard_headroom_mb: "80" }, guests: {} }));
    await until("the setting", async () =>
      (await hostHome.succeed("get", "guard_headroom_mb")) === "80\n" ? true : null,
    );
    daemon.kill("SIGTERM");
    expect((await daemon.ended()).stderr).not.toMatch(/must be (told|readable)/);

    const connection = await connected(url, hostHome);
    const isTaken = async (subject: string): Promise<boolean> =>
      connection.request(subject, "{}", { timeout: 2000 }).then(
        () => true,
        () => false,
      );
    const kept = (name: string): string => `$KV.${HOSTS_BUCKET}.${hostKey(name, "state")}`;
    expect(await isTaken(kept("host-1"))).toBe(true);
    expect(await isTaken(recordsSubject("host-1"))).toBe(true);
    expect(await isTaken(kept("host-2"))).toBe(false);
    expect(await isTaken(recordsSubject("host-2"))).toBe(false);
    expect(await isTaken(`$KV.${GIVEN_BUCKET}.for_web`)).toBe(false);
    expect(await isTaken(askSubject("host-1"))).toBe(false);
    expect(await isTaken(`$JS.API.STREAM.DELETE.KV_${HOSTS_BUCKET}`)).toBe(false);
    for (const scope of ["all", "host.host-1", "label.rack.a1"])
      expect(await isTaken(`$KV.${SETTINGS_BUCKET}.${scope}`), scope).toBe(false);
    for (const verb of ["DELETE", "PURGE", "UPDATE", "MSG.DELETE"])
      expect(await isTaken(`$JS.API.STREAM.${verb}.KV_${SETTINGS_BUCKET}`), verb).toBe(false);
    for (const subject of [changesSubject("host-2"), askSubject("host-2"), `${inboxPrefix("host-2")}.>`]) {
      const refused = new Promise((resolve) => {
        connection.subscribe(subject, { callback: (error) => resolve(error?.name) });
      });
      expect(await refused).toBe("PermissionViolationError");
    }
  });
});

/** The host answers its fleet with what its page shows, and has no answer go anywhere but to an inbox. */
async function showsItsPage(url: string, admin: Home): Promise<void> {
  const connection = await connected(url, admin);
  const ask = askForPage(connection);
  const guests = async (): Promise<unknown> => {
    const said = await ask("host-1", { path: "/v1/guests", query: "" }, 5000);
    return typeof said === "string" ? said : await pageAnswerIn("host-1", said);
  };
  const strays: unknown[] = [];
  connection.subscribe("stray", { callback: (_, message) => void strays.push(message.data) });
  connection.publish(askSubject("host-1"), packedQuestion({ path: "/v1/guests", query: "" }), { reply: "stray" });
  expect(await guests()).toMatchObject({ is: "shown", body: { guests: expect.arrayContaining([expect.anything()]) } });
  expect(await guests()).toMatchObject({ is: "shown" });
  expect(strays).toEqual([]);
}

/** A connection with the rights of the member whose home it is. */
async function connected(url: string, home: Home): Promise<NatsConnection> {
  const address = { servers: [url], credentials: join(home.folder, "seed"), tlsCa: null };
  const connection = await connectFleet(address, "host-1");
  onTestFinished(() => connection.close());
  return connection;
}
