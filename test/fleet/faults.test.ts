import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectFleet } from "../../src/fleet/connect.ts";
import type { FleetView, HostView } from "../../src/fleet/fleet-view.ts";
import { askSubject, changesSubject, HOSTS_BUCKET, hostKey } from "../../src/fleet/names.ts";
import type { FleetEventsAnswer } from "../../src/fleet/service/answers.ts";
import { encode } from "../../src/fleet/wire.ts";
import type { Command } from "../support/command.ts";
import { hostState } from "../support/fleet.ts";
import type { Home } from "../support/home.ts";
import { askHttp } from "../support/http.ts";
import { member } from "../support/members.ts";
import { type NatsServer, natsGate } from "../support/nats.ts";
import { NatsCluster } from "../support/nats-cluster.ts";
import { diskOf, mayMount } from "../support/small-disk.ts";
import { stepOn } from "../support/steps-on.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { until } from "../support/until.ts";

const HOSTS = 20;
const GUESTS = 2;
const NAMES = Array.from({ length: HOSTS }, (_, nth) => `h${nth + 1}`);
/** The network of these is cut. */
const CUT = NAMES.slice(0, 8);
/** The clocks of these are an hour ahead and an hour behind. */
const [AHEAD, BEHIND] = ["h19", "h20"];
/** The disk of this one gets full. */
const FULL = "h18";
/** Ample for what a daemon keeps, until it is filled. */
const DISK_BYTES = 4 * 1_048_576;

const TABLES = `[tunables]\nselfballoon_interval = 1\n[host]\nmemory_mb = 8192\n[simulated]\nguests = ${GUESTS}\n`;

const HOUR_MS = 3_600_000;

interface Host {
  readonly name: string;
  readonly home: Home;
  daemon: Command;
}

/** A daemon's clock, as its own code reads it. */
function withClock(home: Home, offsetMs: number): void {
  const script = join(home.folder, "clock.mjs");
  writeFileSync(
    script,
    `const now = Date.now; Date.now = () => now() + ${offsetMs};\n` +
      "const Real = Date; globalThis.Date = class extends Real { constructor(...of) { super(...(of.length ? of : [Real.now()])); } };\n",
  );
  home.env["NODE_OPTIONS"] = `--import=${script}`;
}

/** Twenty hosts of a fleet on a cluster of three servers, its service, and a host that is of no fleet. */
class Fleet {
  readonly servers: readonly NatsServer[];
  readonly proxies: readonly TcpProxy[];
  readonly hosts: readonly Host[];
  readonly alone: Home;
  private readonly url: string;

  private constructor(
    servers: readonly NatsServer[],
    proxies: readonly TcpProxy[],
    hosts: readonly Host[],
    alone: Home,
    url: string,
  ) {
    this.servers = servers;
    this.proxies = proxies;
    this.hosts = hosts;
    this.alone = alone;
    this.url = url;
  }

  static async start(): Promise<Fleet> {
    const { servers } = await NatsCluster.start();
    const proxies = await Promise.all(servers.map(({ port }) => new TcpProxy(port).start()));
    const direct = servers.map(({ url }) => url);
    const behind = proxies.map(({ port }) => `nats://127.0.0.1:${port}`);
    const admin = member("admin", direct, "replicas = 3");
    await until("the cluster", async () => ((await admin.do("fleet", "prepare")).exitCode === 0 ? true : null));
    const alone = member("alone", direct, "", "");
    writeFileSync(alone.env["SELFBALLOON_CONFIG"] ?? "", TABLES);
    await alone.daemon("--backend", "simulated");
    const hosts: Host[] = [];
    for (const name of NAMES) {
      const home = member(name, CUT.includes(name) ? behind : direct, `labels = { host = "${name}" }`, TABLES);
      if (name === AHEAD) withClock(home, HOUR_MS);
      if (name === BEHIND) withClock(home, -HOUR_MS);
      if (name === FULL && mayMount) home.env["STATE_DIRECTORY"] = diskOf(home.folder, `${DISK_BYTES / 1024}k`);
      // One after the other: all at once would be two cores' only work, and nothing is learnt by it.
      hosts.push({ name, home, daemon: await home.daemon("--backend", "simulated") });
    }
    const service = admin.start("fleet", "serve", "--listen", "127.0.0.1:0");
    const [, url = ""] = await service.says("stdout", /^Fleet: (\S+)$/m);
    return new Fleet(servers, proxies, hosts, alone, url);
  }

  host(name: string): Host {
    const found = this.hosts.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  }

  async read<T>(path: string): Promise<T> {
    return JSON.parse((await askHttp(`${this.url}v1/fleet${path}`)).text) as T;
  }

  async seen(): Promise<readonly HostView[]> {
    return (await this.read<{ hosts: readonly HostView[] }>("")).hosts;
  }

  /** Wait until what is shown is stale of these hosts alone. */
  async stale(names: readonly string[]): Promise<void> {
    await until(`${names.join(", ") || "nobody"} alone to be stale`, async () => {
      const hosts = (await this.seen()).filter(({ host }) => NAMES.includes(host));
      const stale = hosts.filter(({ isStale }) => isStale).map(({ host }) => host);
      return hosts.length === HOSTS && stale.sort().join() === [...names].sort().join() ? true : null;
    });
  }

  stepsOn(): Promise<void> {
    return stepOn(this.hosts, this.alone);
  }
}

describe.skipIf(natsGate().skip)("a fleet of twenty hosts on three servers", { timeout: 300_000 }, () => {
  it("goes on whatever fails, says what is stale, and loses nothing that is to be kept", async () => {
    const fleet = await Fleet.start();
    await fleet.stale([]);
    await fleet.stepsOn();

    await fleet.servers[0]?.kill();
    await fleet.stepsOn();
    await renewedByAll(fleet);
    await fleet.servers[0]?.start();

    await cutOff(fleet);
    await full(fleet);
    await clocks(fleet);
    await liar(fleet);
    for (const { daemon, name } of fleet.hosts) expect(daemon.hasEnded, name).toBe(false);
  });
});

/** Each host has said how it stands after this was called. */
async function renewedByAll(fleet: Fleet): Promise<void> {
  const sinceMs = performance.now();
  await until("every host to renew its state", async () => {
    const hosts = (await fleet.seen()).filter(({ host }) => NAMES.includes(host));
    const isNew = ({ ageMs }: HostView): boolean => ageMs !== null && performance.now() - ageMs > sinceMs;
    return hosts.length === HOSTS && hosts.every(isNew) ? true : null;
  });
}

/** What happens on a host while its network is cut is told after; what is set meanwhile it takes after. */
async function cutOff(fleet: Fleet): Promise<void> {
  const [first = ""] = CUT;
  const { home } = fleet.host(first);
  for (const proxy of fleet.proxies) proxy.cut();
  await home.succeed("set", "selfballoon_reserved_mb=17");
  await fleet.host("h9").home.succeed("fleet", "set", "--all", "--wait", "1s", "guard_headroom_mb=80");
  await fleet.stepsOn();
  await fleet.stale(CUT);
  expect(await home.succeed("get", "guard_headroom_mb")).toBe("64\n");
  expect(await fleet.host("h9").home.succeed("get", "guard_headroom_mb")).toBe("80\n");
  for (const proxy of fleet.proxies) proxy.mend();
  await fleet.stepsOn();
  await fleet.stale([]);
  await until("what happened meanwhile", async () => {
    const { events } = await fleet.read<FleetEventsAnswer>("/events");
    return events.some(({ host, text }) => host === first && text.includes("selfballoon_reserved_mb")) ? true : null;
  });
  await until("what was set meanwhile", async () =>
    (await home.succeed("get", "guard_headroom_mb")) === "80\n" ? true : null,
  );
}

/** What a host has promised it keeps though its disk is full and it is killed; what it can't keep it does not promise. */
async function full(fleet: Fleet): Promise<void> {
  if (!mayMount) return void process.stderr.write("a full disk was left out: only root can mount one\n");
  const host = fleet.host(FULL);
  const { home } = host;
  const words = ["fleet", "reserve", "64", "--label", `host=${FULL}`, "--for"];
  const other = fleet.host("h9").home;
  expect(await other.succeed(...words, "promised")).toContain(` on ${FULL}`);
  const isFull = (): void => {
    try {
      writeFileSync(join(home.env["STATE_DIRECTORY"] ?? "", "filling"), Buffer.alloc(DISK_BYTES));
    } catch {}
  };
  isFull();
  const { exitCode, stderr } = await other.do(...words, "more");
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining("must be kept over a restart") });
  await fleet.stepsOn();
  host.daemon.kill("SIGKILL");
  await host.daemon.ended();
  host.daemon = await home.daemon("--backend", "simulated");
  const { reservations } = (await home.ask("GET", "/v1/reservations")).body as { reservations: { guest: string }[] };
  expect(reservations.map(({ guest }) => guest)).toEqual(["promised"]);
  expect(await other.succeed(...words, "promised")).toContain("were reserved before");
  await fleet.stale([]);
}

/** Hosts whose clocks are wrong are as good as others: ages, reservations and settings go by no host's clock. */
async function clocks(fleet: Fleet): Promise<void> {
  for (const name of [AHEAD, BEHIND]) {
    const { home } = fleet.host(name);
    const at = (await fleet.seen()).find(({ host }) => host === name)?.state?.at ?? 0;
    const aheadMs = at - Date.now();
    expect(Math.round(aheadMs / HOUR_MS), name).toBe(name === AHEAD ? 1 : -1);
    const words = ["fleet", "reserve", "64", "--label", `host=${name}`, "--for", `on-${name}`];
    const said = await fleet.host("h9").home.succeed(...words);
    expect(said).toContain(` on ${name}`);
    expect(await fleet.host("h9").home.succeed(...words)).toContain("were reserved before");
    const { reservations } = (await home.ask("GET", "/v1/reservations")).body as { reservations: { guest: string }[] };
    expect(reservations.map(({ guest }) => guest)).toEqual([`on-${name}`]);
    expect(await home.succeed("get", "guard_headroom_mb")).toBe("80\n");
  }
}

/** One that claims to have all memory there is, answers nonsense and speaks for others is left aside. */
async function liar(fleet: Fleet): Promise<void> {
  const address = { servers: fleet.servers.map(({ url }) => url), credentials: null, tlsCa: null };
  const connection = await connectFleet(address, "liar");
  onTestFinished(() => connection.close());
  const mostMb = 17_179_869_184;
  const said = hostState("liar", { freeMb: mostMb, budgetMb: mostMb, labels: { host: "liar" } });
  let asked = 0;
  connection.subscribe(askSubject("liar"), {
    callback: (_, message) => {
      asked += 1;
      message.respond(`{"is":"kept","untilMs":"for ever"}`);
    },
  });
  const key = `$KV.${HOSTS_BUCKET}.${hostKey("liar", "state")}`;
  await connection.request(key, encode<"state">(said), { timeout: 5000 });
  connection.publish(`$KV.${HOSTS_BUCKET}.${hostKey("liar", "guests")}`, "[".repeat(100_000));
  connection.publish(changesSubject("liar"), encode<"changes">({ host: "h1", at: 0, rows: [], gone: ["all"] }));
  await until("the liar to be seen as one", async () => {
    const found: ReturnType<FleetView["host"]> = (await fleet.seen()).find(({ host }) => host === "liar") ?? null;
    return found?.refused ?? null;
  });
  const given = JSON.parse(await fleet.host("h9").home.succeed("fleet", "reserve", "64", "--for", "web", "--json")) as {
    host: string;
  };
  expect(asked).toBeGreaterThan(0);
  expect(NAMES).toContain(given.host);
  await fleet.stepsOn();
  expect((await fleet.seen()).filter(({ host, isStale }) => host !== "liar" && isStale)).toEqual([]);
}
