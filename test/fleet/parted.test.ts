import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ReservationStatus } from "../../src/core/control.ts";
import type { FleetAnswer, FleetEventsAnswer } from "../../src/fleet/service/answers.ts";
import type { FleetReservedAnswer } from "../../src/fleet/service/reservations.ts";
import type { Home } from "../support/home.ts";
import { askHttp } from "../support/http.ts";
import { member } from "../support/members.ts";
import { natsGate } from "../support/nats.ts";
import { NatsCluster } from "../support/nats-cluster.ts";
import { stepOn } from "../support/steps-on.ts";
import { until } from "../support/until.ts";

const TABLES = "[tunables]\nselfballoon_interval = 1\n[host]\nmemory_mb = 8192\n[simulated]\nguests = 2\n";

const HOSTS_OF_EACH = 2;
const WISH_MB = 256;

interface Host {
  readonly name: string;
  readonly home: Home;
}

/** A service that knows one server. */
class Service {
  private readonly url: string;
  private readonly token: string;

  private constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  static async start(nth: number, server: string): Promise<Service> {
    const home = member(`service-${nth}`, server, "", "");
    const token = join(home.folder, "token");
    appendFileSync(home.env["SELFBALLOON_CONFIG"] ?? "", `[api]\ntoken_file = ${JSON.stringify(token)}\n`);
    const [, url = ""] = await home
      .start("fleet", "serve", "--listen", "127.0.0.1:0")
      .says("stdout", /^Fleet: (\S+)\/$/m);
    return new Service(url, readFileSync(token, "utf8").trim());
  }

  async read<T>(path: string): Promise<T> {
    return JSON.parse((await askHttp(`${this.url}/v1/fleet${path}`)).text) as T;
  }

  /** How many of its hosts it says are live. */
  async live(): Promise<number> {
    return (await this.read<FleetAnswer>("")).hosts.filter(({ isStale }) => !isStale).length;
  }

  /** Where memory for the guest is, and under which name; null where that is not decided. */
  async reserve(guest: string): Promise<string | null> {
    const body = JSON.stringify({ bytes: WISH_MB * 2 ** 20, guest, waitMs: 500, lifeMs: 3_600_000 });
    const headers = { authorization: `Bearer ${this.token}` };
    const { status, text } = await askHttp(`${this.url}/v1/fleet/reservations`, { method: "POST", headers, body });
    if (status === 200) {
      const { host, id } = JSON.parse(text) as FleetReservedAnswer;
      return `${host} ${id}`;
    }
    expect([409, 503]).toContain(status);
    return null;
  }
}

async function keptBy({ name, home }: Host, guest: string): Promise<readonly string[]> {
  const { reservations } = (await home.ask("GET", "/v1/reservations")).body as {
    reservations: readonly ReservationStatus[];
  };
  return reservations.filter((one) => one.guest === guest).map(({ id }) => `${name} ${id}`);
}

/** So many hosts that know one server, for each server. */
async function startHosts(cluster: NatsCluster): Promise<readonly Host[]> {
  const hosts: Host[] = [];
  for (const [nth, server] of cluster.urls.entries())
    for (let of = 0; of < HOSTS_OF_EACH; of += 1) {
      const name = `h${nth}-${of}`;
      const home = member(name, server, "", TABLES);
      await home.daemon("--backend", "simulated");
      hosts.push({ name, home });
    }
  return hosts;
}

const headroomOf = (hosts: readonly Host[]): Promise<readonly string[]> =>
  Promise.all(hosts.map(({ home }) => home.succeed("get", "guard_headroom_mb")));

describe.skipIf(natsGate().skip)("a fleet whose NATS servers are parted from each other", { timeout: 300_000 }, () => {
  it("steps on, says what is stale, loses nothing that was promised and gives nothing twice", async () => {
    const cluster = await NatsCluster.start();
    const admin = member("admin", cluster.urls, "replicas = 3");
    await until("the cluster", async () => ((await admin.do("fleet", "prepare")).exitCode === 0 ? true : null));
    const alone = member("alone", cluster.urls, "", "");
    writeFileSync(alone.env["SELFBALLOON_CONFIG"] ?? "", TABLES);
    await alone.daemon("--backend", "simulated");
    const hosts = await startHosts(cluster);
    const services = await Promise.all(cluster.urls.map((server, nth) => Service.start(nth, server)));
    /** Each service says so of all hosts. */
    const all = (what: string, count: number): Promise<true> =>
      until(`all hosts to be ${what}`, async () =>
        (await Promise.all(services.map((service) => service.live()))).every((live) => live === count) ? true : null,
      );
    const onEach = (guest: string): Promise<readonly (string | null)[]> =>
      Promise.all(services.map((service) => service.reserve(guest)));
    /** Where a guest's memory is, by the word of all services. */
    const placeOf = (guest: string): Promise<string> =>
      until(`all services to know where ${guest} fits`, async () => {
        const told = await onEach(guest);
        if (told.includes(null)) return null;
        expect(new Set(told).size, told.join(", ")).toBe(1);
        return told[0];
      });
    await all("live", hosts.length);
    await admin.succeed("fleet", "set", "--all", "guard_headroom_mb=80");
    const before = await placeOf("before");

    cluster.part();
    const [first] = hosts;
    await first?.home.succeed("set", "selfballoon_reserved_mb=17");
    expect(await onEach("parted")).toEqual([null, null, null]);
    const toldMeanwhile = await onEach("before");
    expect(toldMeanwhile.filter((told) => told !== null && told !== before)).toEqual([]);
    expect((await admin.do("fleet", "set", "--all", "guard_headroom_mb=96")).exitCode).not.toBe(0);
    await all("stale", 0);
    await stepOn(hosts, alone);
    expect(new Set(await headroomOf(hosts))).toEqual(new Set(["80\n"]));

    cluster.join();
    await all("live", hosts.length);
    await stepOn(hosts, alone);
    expect(await placeOf("before")).toBe(before);
    const places = { before, parted: await placeOf("parted") };
    for (const [guest, place] of Object.entries(places)) {
      const host = hosts.find(({ name }) => place.startsWith(`${name} `));
      expect(host === undefined ? [] : await keptBy(host, guest), guest).toEqual([place]);
    }
    await until("what happened meanwhile", async () => {
      const answers = await Promise.all(services.map((service) => service.read<FleetEventsAnswer>("/events")));
      return answers.every(({ events }) =>
        events.some(({ host, text }) => host === first?.name && text.includes("selfballoon_reserved_mb")),
      );
    });
    await admin.succeed("fleet", "set", "--all", "guard_headroom_mb=112");
    await until("all hosts to have it", async () =>
      (await headroomOf(hosts)).every((value) => value === "112\n") ? true : null,
    );
  });
});
