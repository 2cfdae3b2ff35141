import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectFleet } from "../../src/fleet/connect.ts";
import type { HostView } from "../../src/fleet/fleet-view.ts";
import { changesSubject, HOSTS_BUCKET, hostKey, inboxPrefix, recordsSubject } from "../../src/fleet/names.ts";
import { readProjectFile } from "../support/docs.ts";
import { Home } from "../support/home.ts";
import { askHttp } from "../support/http.ts";
import { freePort, NatsServer, natsGate, startNats } from "../support/nats.ts";
import { until } from "../support/until.ts";

/** A member's configuration, in a home of its own. */
function member(name: string, servers: readonly string[], more = ""): Home {
  const home = new Home();
  const text = `[fleet]\nservers = ${JSON.stringify(servers)}\nname = "${name}"\n${more}\n[simulated]\nguests = 3\n`;
  home.env["SELFBALLOON_CONFIG"] = join(home.folder, "fleet.toml");
  writeFileSync(home.env["SELFBALLOON_CONFIG"], text);
  return home;
}

async function hostsSeenBy(home: Home): Promise<readonly HostView[]> {
  return (JSON.parse(await home.succeed("fleet", "status", "--json")) as { hosts: readonly HostView[] }).hosts;
}

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

  it("goes on by the other two servers of a cluster of three when one is killed", async () => {
    const [ports, routes] = [await threePorts(), await threePorts()];
    const servers = ports.map((port, nth) => new NatsServer(port, clusterOf(nth, routes)));
    await Promise.all(servers.map((server) => server.start()));
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
    expect((await askHttp(`${url}metrics`)).text).toMatch(/^selfballoon_fleet_guests\{host="h1"\} 3$/m);
    expect(await askHttp(url)).toMatchObject({ status: 200, text: expect.stringContaining("selfballoon fleet") });
    expect(await askHttp(`${url}v1/fleet`, { headers: { host: "evil.example" } })).toMatchObject({ status: 421 });
    expect(await askHttp(`${url}v1/fleet`, { method: "POST" })).toMatchObject({ status: 404 });
    service.kill("SIGTERM");
    expect((await service.ended()).exitCode).toBe(0);
  });
});

describe.skipIf(natsGate().skip)("the example of a server's permissions", { timeout: 120_000 }, () => {
  it("lets a member write its own state, and nothing of another's", async () => {
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
      writeFileSync(path, `[fleet]\nservers = ["${url}"]\nname = "host-1"\ncredentials = "${seed}"\n`);
    }
    await adminHome.succeed("fleet", "prepare");
    expect((await hostHome.do("fleet", "status")).exitCode).toBe(4);
    const daemon = await hostHome.daemon("--backend", "simulated");
    await until("the host", async () => ((await hostsSeenBy(adminHome)).length === 1 ? true : null));
    daemon.kill("SIGTERM");
    expect((await daemon.ended()).stderr).not.toContain("must be told by NATS");

    const address = { servers: [url], credentials: join(hostHome.folder, "seed"), tlsCa: null };
    const connection = await connectFleet(address, "host-1");
    onTestFinished(() => connection.close());
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
    expect(await isTaken(`$JS.API.STREAM.DELETE.KV_${HOSTS_BUCKET}`)).toBe(false);
    for (const subject of [changesSubject("host-2"), `${inboxPrefix("host-2")}.>`]) {
      const refused = new Promise((resolve) => {
        connection.subscribe(subject, { callback: (error) => resolve(error?.name) });
      });
      expect(await refused).toBe("PermissionViolationError");
    }
  });
});

async function threePorts(): Promise<readonly number[]> {
  return [await freePort(), await freePort(), await freePort()];
}

function clusterOf(nth: number, routes: readonly number[]): string {
  const others = routes.map((port) => `"nats://127.0.0.1:${port}"`).join(", ");
  return `server_name: n${nth}\ncluster { name: c, listen: "127.0.0.1:${routes[nth]}", routes: [${others}] }`;
}
