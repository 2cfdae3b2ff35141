import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectFleet } from "../../src/fleet/connect.ts";
import type { FleetAnswer, FleetHostAnswer } from "../../src/fleet/service/answers.ts";
import type { Figure } from "../budgets.ts";
import { GUESTS, ManyHosts } from "../support/many-hosts.ts";
import { type OwnFleet, onOwnFleet } from "../support/own-fleet.ts";
import { DAEMON } from "../support/paths.ts";
import { usageOf, withNode } from "../support/processes.ts";
import { median } from "../support/statistics.ts";

/** Hosts, from few to as many as the budgets are for. */
const SIZES = [10, 100, 1000] as const;

/** What the page asks for. */
const SHOWN = "standing=short&standing=unreadable&standing=held";

const SETTLE_MS = 12_000;
const MEASURED_MS = 15_000;
const LOOKS = 7;
const LAST_SIGHT_MS = 10_000;

/** How a fleet of one size fared. */
interface Run {
  readonly hosts: number;
  readonly cpuPercent: number;
  readonly rssMib: number;
  readonly delayMs: number;
  readonly kibPerSecond: number;
}

/** The fleet's service beside a page that looks every second, with more and more hosts on one real NATS server. */
export function measureFleet(): Promise<readonly Figure[]> {
  return onOwnFleet(3, async (fleet) => {
    const runs: Run[] = [];
    for (const hosts of SIZES) runs.push(await runWith(hosts, fleet));
    return figures(runs);
  });
}

async function runWith(count: number, { url, folder }: OwnFleet): Promise<Run> {
  const connection = await connectFleet({ servers: [url], credentials: null, tlsCa: null }, "bench");
  const hosts = new ManyHosts(connection, count);
  const config = join(folder, "fleet.toml");
  writeFileSync(config, `[fleet]\nservers = ["${url}"]\n`);
  try {
    hosts.start();
    const argv = [DAEMON, "fleet", "serve", "--listen", "127.0.0.1:0", "--config", config];
    return await withNode(argv, process.env, async (service) => measure(hosts, service));
  } finally {
    hosts.stop();
    await connection.close();
  }
}

async function measure(hosts: ManyHosts, service: ChildProcess & { readonly pid: number }): Promise<Run> {
  const page = await addressOf(service);
  // A look that fails shows in the figures that are measured beside it.
  const look = setInterval(
    () => void Promise.all([get(`${page}v1/fleet`), get(`${page}v1/fleet/guests?${SHOWN}`)]).catch(() => {}),
    1000,
  );
  try {
    return await measureBeside(hosts, service.pid, page);
  } finally {
    clearInterval(look);
  }
}

/** While a page looks on. */
async function measureBeside(hosts: ManyHosts, pid: number, page: string): Promise<Run> {
  await sleep(SETTLE_MS);
  const { hosts: seen } = (await get(`${page}v1/fleet`)) as FleetAnswer;
  if (seen.length !== hosts.names.length) throw new Error(`${seen.length} of ${hosts.names.length} hosts are seen`);
  const [before, bytesBefore] = [usageOf(pid), hosts.bytes];
  await sleep(MEASURED_MS);
  const [after, bytesAfter] = [usageOf(pid), hosts.bytes];
  const delays: number[] = [];
  for (let nth = 0; nth < LOOKS; nth += 1) delays.push(await delayMs(hosts, page, nth));
  return {
    hosts: hosts.names.length,
    cpuPercent: ((after.cpuMs - before.cpuMs) / MEASURED_MS) * 100,
    rssMib: after.rssBytes / 2 ** 20,
    delayMs: median(delays),
    kibPerSecond: (bytesAfter - bytesBefore) / 1024 / (MEASURED_MS / 1000),
  };
}

/** From a guest's change to when the API has it. */
async function delayMs(hosts: ManyHosts, page: string, nth: number): Promise<number> {
  const host = hosts.names[nth % hosts.names.length] ?? "";
  const guest = `late-${nth}`;
  const figures = { currentMb: 1, targetMb: 1, goalMb: 2, maximumMb: 3, availableMb: 0 };
  const saidMs = performance.now();
  hosts.tell(host, { guest, ...figures, standing: "short", reason: "emergency", problem: null });
  while (performance.now() - saidMs < LAST_SIGHT_MS) {
    const { guests } = (await get(`${page}v1/fleet/hosts/${host}`)) as FleetHostAnswer;
    if (guests.some((one) => one.guest === guest)) return performance.now() - saidMs;
  }
  return Number.POSITIVE_INFINITY;
}

function figures(runs: readonly Run[]): readonly Figure[] {
  const last = runs.at(-1);
  if (last === undefined) return [];
  const grown = (of: (run: Run) => number): string =>
    runs.map((run) => `${run.hosts}: ${of(run).toFixed(0)}`).join(", ");
  const load = `hosts of ${GUESTS} guests; KiB a second in all, ${grown(({ kibPerSecond }) => kibPerSecond)}`;
  return [
    { value: last.cpuPercent, note: `${grown(({ cpuPercent }) => cpuPercent)} % with a page; ${load}` },
    { value: last.rssMib, note: `${grown(({ rssMib }) => rssMib)} MiB` },
    // The page asks once a second.
    {
      value: last.delayMs + 1000,
      note: `${grown(({ delayMs: ms }) => ms)} ms to the API, and at most 1 s to the page`,
    },
  ];
}

async function get(url: string): Promise<unknown> {
  return (await fetch(url, { signal: AbortSignal.timeout(LAST_SIGHT_MS) })).json();
}

/** What the service says first. */
function addressOf(service: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    service.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const [, url] = /^Fleet: (\S+)$/m.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    });
    service.on("exit", () => reject(new Error(`the fleet's service ended: ${said}`)));
  });
}
