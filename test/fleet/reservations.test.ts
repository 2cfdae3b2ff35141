import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ReservationStatus } from "../../src/core/control.ts";
import type { FleetReservedAnswer } from "../../src/fleet/service/reservations.ts";
import { noise } from "../../src/sim/random.ts";
import type { Command } from "../support/command.ts";
import type { Home } from "../support/home.ts";
import { askHttp } from "../support/http.ts";
import { hostsSeenBy, member } from "../support/members.ts";
import { freePort, natsGate } from "../support/nats.ts";
import { NatsCluster } from "../support/nats-cluster.ts";
import { until } from "../support/until.ts";

const HOSTS = ["h1", "h2", "h3", "h4"] as const;
/** A host's budget and a wish, in MiB: all wishes together are more than the hosts have for them. */
const BUDGET_MB = 8192;
const WISH_MB = 1024;
const GUESTS = Array.from({ length: 40 }, (_, nth) => `g${nth}`);
const CLIENTS = 6;
/** So much is killed or hung at the least, and so many wishes are tried at the most until then. */
const FAULTS = 14;
const MOST_WISHES = 40_000;

const TABLES = `[host]\nmemory_mb = ${BUDGET_MB}\n[simulated]\nguests = 2\n`;

/** One of what can fail: ends it, and has it back. */
interface Victim {
  readonly name: string;
  readonly fail: () => Promise<void>;
}

/** A service of the fleet that is started again on the same port. */
class Service {
  readonly url: string;
  private readonly home: Home;
  private readonly port: number;
  private command: Command | null = null;

  constructor(home: Home, port: number) {
    this.home = home;
    this.port = port;
    this.url = `http://127.0.0.1:${port}/v1/fleet/reservations`;
  }

  /** Start it, again as long as no server answers it. */
  async start(): Promise<void> {
    await until(`the service on ${this.port}`, async () => {
      const command = this.home.start("fleet", "serve", "--listen", `127.0.0.1:${this.port}`);
      this.command = command;
      return command.says("stdout", /^Fleet: /m).catch(() => null);
    });
  }

  async fail(): Promise<void> {
    this.command?.kill("SIGKILL");
    await this.command?.ended();
    await this.start();
  }
}

async function keptBy(home: Home): Promise<readonly ReservationStatus[]> {
  const { body } = await home.ask("GET", "/v1/reservations");
  return (body as { reservations: readonly ReservationStatus[] }).reservations;
}

describe.skipIf(natsGate().skip)("what is reserved in a fleet", { timeout: 300_000 }, () => {
  it("is given once, whatever of servers, services, hosts and askers is killed, hangs or is parted when", async () => {
    const seed = Number(process.env["SELFBALLOON_SEED"] ?? "1");
    let draws = 0;
    const random = (): number => noise(seed, draws++);
    const oneOf = <T>(of: readonly T[]): T => {
      const found = of[Math.floor(random() * of.length)];
      if (found === undefined) throw new Error("nothing to choose from");
      return found;
    };
    const cluster = await NatsCluster.start();
    const { servers, urls } = cluster;
    const admin = member("admin", urls, "replicas = 3");
    await until("the cluster", async () => ((await admin.do("fleet", "prepare")).exitCode === 0 ? true : null));
    const hosts = await Promise.all(
      HOSTS.map(async (name) => {
        const home = member(name, urls, "", TABLES);
        return { name, home, daemon: await home.daemon("--backend", "simulated") };
      }),
    );
    await until("all hosts", async () => (await hostsSeenBy(admin)).length === HOSTS.length);
    const token = join(admin.folder, "token");
    appendFileSync(admin.env["SELFBALLOON_CONFIG"] ?? "", `[api]\ntoken_file = ${JSON.stringify(token)}\n`);
    const services = [new Service(admin, await freePort()), new Service(admin, await freePort())];
    for (const service of services) await service.start();
    const authorization = `Bearer ${readFileSync(token, "utf8").trim()}`;

    const told = new Map<string, Set<string>>();
    let answers = 0;
    let full = 0;
    let isOver = false;

    /** Ask a service; null where it came to nothing, which says nothing of what was given. */
    async function ask(guest: string, service = oneOf(services)): Promise<"given" | "full" | null> {
      const body = JSON.stringify({ bytes: WISH_MB * 2 ** 20, guest, waitMs: 500, lifeMs: 3_600_000 });
      try {
        const asked = askHttp(service.url, { method: "POST", headers: { authorization }, body });
        // Some do not wait for the answer.
        if (!isOver && random() < 0.1) {
          asked.catch(() => null);
          return null;
        }
        const { status, text } = await asked;
        if (status === 409) return "full";
        if (status !== 200) return null;
        const { host, id } = JSON.parse(text) as FleetReservedAnswer;
        told.set(guest, (told.get(guest) ?? new Set()).add(`${host} ${id}`));
        return "given";
      } catch {
        return null;
      }
    }

    const routes: Victim = {
      name: "the routes between servers",
      fail: async () => {
        cluster.part();
        await new Promise((resolve) => setTimeout(resolve, 5000 * random()));
        cluster.join();
      },
    };
    const victims: readonly Victim[] = [
      ...servers.flatMap((server, nth) => [
        {
          name: `server ${nth}`,
          fail: async () => {
            await server.kill();
            await server.start();
          },
        },
        {
          name: `server ${nth} hangs`,
          fail: async () => {
            server.signal("SIGSTOP");
            await new Promise((resolve) => setTimeout(resolve, 2000 * random()));
            server.signal("SIGCONT");
          },
        },
      ]),
      routes,
      routes,
      ...[...services, ...services].map((service, nth) => ({
        name: `service ${nth % services.length}`,
        fail: () => service.fail(),
      })),
      ...hosts.map((host) => ({
        name: host.name,
        fail: async () => {
          host.daemon.kill("SIGKILL");
          await host.daemon.ended();
          host.daemon = await host.home.daemon("--backend", "simulated");
        },
      })),
    ];
    const failed: string[] = [];
    async function failAtRandom(): Promise<void> {
      while (!isOver) {
        await new Promise((resolve) => setTimeout(resolve, 300 * random()));
        // Whatever the seed is, this once at the least.
        const victim = failed.length === 1 ? routes : oneOf(victims);
        failed.push(victim.name);
        await victim.fail();
      }
    }
    const nemesis = failAtRandom();
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (answers < MOST_WISHES && (failed.length < FAULTS || answers < 2 * GUESTS.length)) {
        const guest = oneOf(GUESTS);
        // All services at once: whoever is second must be told what the first was given.
        const said = await Promise.all(services.map((service) => ask(guest, service)));
        answers += said.length;
        full += said.filter((one) => one === "full").length;
        await new Promise((resolve) => setTimeout(resolve, 250 * random()));
      }
    });
    await Promise.all(clients);
    isOver = true;
    await nemesis;

    // Once all is back, whoever was given something is told the same, and its host keeps it.
    for (const guest of [...told.keys()])
      await until(`${guest} to be told again`, async () => ((await ask(guest)) === "given" ? true : null));
    const where = `seed ${seed}, ${answers} wishes, ${full} refused, failed: ${failed.join(", ")}`;
    const kept = new Map<string, readonly ReservationStatus[]>();
    for (const { name, home } of hosts) kept.set(name, await keptBy(home));
    expect(told.size, where).toBeGreaterThan(0);
    expect(failed.length, where).toBeGreaterThan(5);
    for (const [guest, places] of told) {
      expect([...places], `${where}: ${guest}`).toHaveLength(1);
      const [host = "", id] = [...places][0]?.split(" ") ?? [];
      expect(kept.get(host), `${where}: ${guest}`).toContainEqual(expect.objectContaining({ id, guest }));
    }
    for (const [host, reservations] of kept) {
      expect(new Set(reservations.map(({ guest }) => guest)).size, `${where}: ${host}`).toBe(reservations.length);
      expect(reservations.length * WISH_MB, `${where}: ${host}`).toBeLessThanOrEqual(BUDGET_MB);
    }
    process.stderr.write(`${where}; ${told.size} guests were given memory, each once\n`);
  });
});
