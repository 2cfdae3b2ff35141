import type { NatsConnection } from "@nats-io/transport-node";
import { describe, expect, it } from "vitest";
import type { ReservationStatus } from "../../src/core/control.ts";
import { askHost } from "../../src/fleet/ask-host.ts";
import { connectFleet } from "../../src/fleet/connect.ts";
import { type Given, openRegister } from "../../src/fleet/given.ts";
import { placeWish } from "../../src/fleet/place.ts";
import { noise } from "../../src/sim/random.ts";
import type { Command } from "../support/command.ts";
import type { Home } from "../support/home.ts";
import { member } from "../support/members.ts";
import { natsGate, startNats } from "../support/nats.ts";
import { until } from "../support/until.ts";

const HOSTS = ["h1", "h2", "h3"] as const;
/** A host's budget and a wish, in MiB: guests that could have 3.5 GiB leave room for six. */
const BUDGET_MB = 8192;
const WISH_MB = 512;
const KEYS = Array.from({ length: 24 }, (_, nth) => `for_${nth}`);
/** So much is killed at the least. */
const KILLS = 20;

const LIFE_MS = 600_000;

/** Its tables. */
const HOST = `[host]\nmemory_mb = ${BUDGET_MB}\n[simulated]\nguests = 3\n`;

async function keptBy(home: Home): Promise<readonly ReservationStatus[]> {
  const { reservations } = (await home.ask("GET", "/v1/reservations")).body as {
    reservations: readonly ReservationStatus[];
  };
  return reservations;
}

describe.skipIf(natsGate().skip)("selfballoon fleet reserve", { timeout: 120_000 }, () => {
  it("keeps memory free on one host for a guest, says which, and says it again", async () => {
    const { url } = await startNats();
    const [first, second] = [member("h1", url, "", HOST), member("h2", url, "", HOST)];
    await first.succeed("fleet", "prepare");
    await Promise.all([first.daemon(), second.daemon()]);
    await until("both hosts", async () => (/h1[\s\S]*h2/.test(await first.succeed("fleet", "status")) ? true : null));
    const said = await first.succeed("fleet", "reserve", "1024", "--for", "web");
    const [, host = "", id = ""] =
      /^1024 MiB are free and reserved for web on (h\d), as (\w+), for 300 s/.exec(said) ?? [];
    expect(await keptBy(host === "h1" ? first : second)).toMatchObject([{ id, guest: "web", bytes: 1024 * 1_048_576 }]);
    expect(await keptBy(host === "h1" ? second : first)).toEqual([]);
    expect(await second.succeed("fleet", "reserve", "1024", "--for", "web")).toContain(
      `before for web on ${host}, as ${id}`,
    );
    const { exitCode, stderr } = await first.do("fleet", "reserve", "50000");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /50000 MiB must be free.* nearest is h\d, where \d+ could be; to make room, .*h1: \d+ MiB are free/,
    );
    expect((await first.do("fleet", "reserve", "10", "--label", "rack=none")).stderr).toContain("no live host");
    expect(await first.succeed("fleet", "advise")).toBe("No host is short: there is nothing to move.\n");
  });

  it("gives nothing twice, whatever is killed when", async () => {
    const seed = Number(process.env["SELFBALLOON_SEED"] ?? "1");
    let draws = 0;
    const random = (): number => noise(seed, draws++);
    const server = await startNats();
    const homes = HOSTS.map((name) => member(name, server.url, "", HOST));
    await homes[0]?.succeed("fleet", "prepare");
    const daemons: Command[] = await Promise.all(homes.map((home) => home.daemon()));
    const told = new Map<string, Set<string>>();
    const connections = new Set<NatsConnection>();

    /** One attempt of somebody new; null if it came to nothing. */
    async function attempt(key: string): Promise<"refused" | Given | null> {
      let connection: NatsConnection | null = null;
      try {
        connection = await connectFleet({ servers: [server.url], credentials: null, tlsCa: null }, `test-${key}`);
        connections.add(connection);
        const tools = {
          ask: askHost(connection),
          register: await openRegister(connection),
          serverMs: () => Date.now(),
        };
        const hosts = [...HOSTS].sort(() => random() - 0.5);
        const wish = { key, mib: WISH_MB, guest: key, waitMs: 500, lifeMs: LIFE_MS };
        const placement = await placeWish(wish, hosts, tools);
        if (placement.is === "refused") return "refused";
        const place = `${placement.given.host} ${placement.given.id}`;
        told.set(key, (told.get(key) ?? new Set()).add(place));
        return placement.given;
      } catch {
        return null;
      } finally {
        if (connection !== null) connections.delete(connection);
        await connection?.close();
      }
    }

    async function ask(key: string): Promise<void> {
      for (let nth = 0; nth < 4 && (await attempt(key)) === null; nth += 1);
    }

    let isOver = false;
    let kills = 0;
    async function killAtRandom(): Promise<void> {
      while (!isOver) {
        await new Promise((resolve) => setTimeout(resolve, 50 + 400 * random()));
        const what = random();
        const nth = Math.floor(random() * homes.length);
        const home = homes[nth];
        kills += 1;
        if (what < 0.3) {
          await server.kill();
          await server.start();
        } else if (what < 0.6 && home !== undefined) {
          daemons[nth]?.kill("SIGKILL");
          await daemons[nth]?.ended();
          daemons[nth] = await home.daemon();
        } else {
          const [victim] = connections;
          await victim?.close();
        }
      }
    }

    const killer = killAtRandom();
    // Each is asked for by two at the same time, eight keys at a time, and again until enough was killed.
    for (let batch = 0; batch < 3 || (kills < KILLS && batch < 30); batch += 1) {
      const keys = KEYS.filter((_, nth) => Math.floor(nth / 8) === batch % 3);
      await Promise.all(keys.flatMap((key) => [ask(key), ask(key)]));
    }
    isOver = true;
    await killer;
    for (const key of [...told.keys()]) await ask(key);

    const kept = new Map(await Promise.all(homes.map(async (home, nth) => [HOSTS[nth], await keptBy(home)] as const)));
    const where = `seed ${seed}, ${kills} kills`;
    expect(told.size, where).toBeGreaterThan(0);
    for (const [key, places] of told) expect([...places], `${where}: ${key}`).toHaveLength(1);
    for (const [key, [place = ""]] of [...told].map(([one, places]) => [one, [...places]] as const)) {
      const [host, id] = place.split(" ");
      expect(kept.get(HOSTS.find((one) => one === host)), `${where}: ${key}`).toContainEqual(
        expect.objectContaining({ id, guest: key }),
      );
    }
    for (const reservations of kept.values()) {
      expect(new Set(reservations.map(({ guest }) => guest)).size).toBe(reservations.length);
      expect(reservations.length * WISH_MB, where).toBeLessThanOrEqual(BUDGET_MB);
    }
    process.stderr.write(`${where}: ${told.size} of ${KEYS.length} wishes were given, each once\n`);
  });
});
