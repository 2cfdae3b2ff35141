import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApi } from "../api/api.ts";
import { createSimulatedBackend } from "../backends/simulated/backend.ts";
import { showFleet, signalled } from "../cli/fleet-serve.ts";
import { print } from "../cli/output.ts";
import { configure } from "../config/configure.ts";
import { hostRules } from "../config/host-rules.ts";
import { type Config, type Flags, type FleetSection, loadConfig } from "../config/load.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { Journal } from "../daemon/journal.ts";
import { Worker } from "../daemon/worker.ts";
import { connectFleet } from "../fleet/connect.ts";
import { FleetView } from "../fleet/fleet-view.ts";
import { followFleet } from "../fleet/follow.ts";
import { prepareFleet } from "../fleet/prepare.ts";
import { startNatsServer } from "../machine/nats-server.ts";
import { realClock } from "../time/clock.ts";
import { VERSION } from "../version.ts";
import { joinFleet } from "./fleet-member.ts";
import { fleetSettingsOf } from "./fleet-settings.ts";
import { LiveConfiguration } from "./live-configuration.ts";
import { policyFor } from "./start-up.ts";

/** What the hosts of the trial have for their guests, in MiB, and how many guests: two with room, one that is full, one that is short. */
const HOSTS = [
  { rack: "a", memoryMb: 24_576, guests: 6 },
  { rack: "a", memoryMb: 16_384, guests: 8 },
  { rack: "b", memoryMb: 14_336, guests: 9 },
  { rack: "b", memoryMb: 20_480, guests: 12 },
] as const;

const JOURNAL_RECORDS = 256;

/**
 * `selfballoon run --fleet`: a fleet to try things out with, all in this process but for a NATS server of its own, until a
 * signal ends it. Nothing of this machine is moved, and nothing is kept.
 * @throws ERR_NO_NATS_SERVER.
 */
export async function runFleetTrial(flags: Flags): Promise<number> {
  const end = signalled();
  const config = await loadConfig(flags, process.env, "nothing was started");
  const folder = mkdtempSync(join(tmpdir(), "selfballoon-fleet-"));
  const ends: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  try {
    const nats = await startNatsServer(folder);
    ends.push(nats.close);
    const section: FleetSection = { ...TRIAL, servers: [nats.url] };
    const connection = await connectFleet(section, "trial");
    ends.push(() => connection.close());
    await prepareFleet(connection, 1);
    for (const [nth, host] of HOSTS.entries()) ends.push(await startHost(config, section, nth + 1, host));
    const view = new FleetView(() => performance.now());
    await followFleet(connection, view);
    tell(folder, nats.url);
    const listen = flags.listen === undefined ? {} : { listen: flags.listen };
    await showFleet(connection, view, { ...listen, tokenFile: join(folder, TOKEN_FILE) }, VERSION, end);
    return 0;
  } finally {
    await endAll(ends.reverse());
  }
}

/** End all, in order, whatever becomes of one. @throws what went wrong first. */
async function endAll(ends: readonly (() => Promise<void>)[]): Promise<void> {
  const problems: unknown[] = [];
  for (const end of ends) await end().catch((thrown: unknown) => problems.push(thrown));
  if (problems.length > 0) throw problems[0];
}

const TOKEN_FILE = "token";

const TRIAL: FleetSection = { servers: [], name: null, labels: {}, credentials: null, tlsCa: null, replicas: 1 };

function tell(folder: string, url: string): void {
  const file = join(folder, "fleet.toml");
  writeFileSync(file, `[fleet]\nservers = ["${url}"]\n`);
  print(
    `Running a fleet of ${HOSTS.length} simulated hosts over a NATS server of its own, at ${url}: the law is real, hosts and guests are not, and nothing of this machine is moved.`,
  );
  print(`Its page takes changes from who shows the token in ${join(folder, TOKEN_FILE)}.`);
  print(`Ask it with \`selfballoon fleet status --config ${file}\`, end with Ctrl-C.`);
}

/** @returns how to end the host. */
async function startHost(
  config: Config,
  section: FleetSection,
  nth: number,
  { rack, memoryMb, guests }: (typeof HOSTS)[number],
): Promise<() => Promise<void>> {
  const backend = createSimulatedBackend({
    nowMs: realClock.nowMs,
    plan: { guests, seed: nth, isRestless: false },
  });
  const host = { ...config.host, memory: { kind: "bytes", bytes: memoryMb * BYTES_PER_MIB } } as const;
  const journal = new Journal(JOURNAL_RECORDS, realClock.wallMs);
  const live = new LiveConfiguration({
    configured: configure(
      config,
      { hasCompressedSwap: true, defaults: { selfballoon_interval: 1 } },
      "nothing was started",
    ),
    rules: hostRules({ host, guests: config.guests }, true),
  });
  const worker: Worker = new Worker({
    description: `selfballooning a simulated host of ${guests} guests`,
    backend: await backend.open(),
    clock: realClock,
    journal,
    configured: live.configured,
    policy: policyFor(backend, config),
    hostRules: live.rules,
    dryRun: false,
  });
  await worker.start();
  const member = { ...section, name: `host-${nth}`, labels: { rack } };
  const leave = joinFleet(
    member,
    worker,
    createApi(worker, VERSION),
    journal,
    fleetSettingsOf(member, live, journal, null),
  );
  return async () => {
    await leave();
    await worker.stop({ keepTargets: true });
  };
}
