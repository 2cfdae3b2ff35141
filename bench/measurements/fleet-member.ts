import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { problemOf } from "../../src/core/errors.ts";
import { connectFleet } from "../../src/fleet/connect.ts";
import { prepareFleet } from "../../src/fleet/prepare.ts";
import { type OwnNatsServer, startNatsServer } from "../../src/machine/nats-server.ts";
import { type Figure, pending } from "../budgets.ts";
import { DAEMON } from "../support/paths.ts";
import { type Usage, usageOf, withNode } from "../support/processes.ts";

const SETTLE_MS = 8000;
const MEASURED_MS = 20_000;

/** A daemon of a hundred simulated guests that is of a fleet, beside the same one that is of none. */
export async function measureFleetMember(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "selfballoon-bench-"));
  let nats: OwnNatsServer | null = null;
  try {
    nats = await startNatsServer(folder);
    const connection = await connectFleet({ servers: [nats.url], credentials: null, tlsCa: null }, "bench");
    await prepareFleet(connection, 1);
    await connection.close();
    const fleet = `[fleet]\nservers = ["${nats.url}"]\nname = "bench"\n`;
    return await withDaemon(folder, "alone", "", (alone) =>
      withDaemon(folder, "member", fleet, async (member) => {
        await sleep(SETTLE_MS);
        const before = [usageOf(alone), usageOf(member)] as const;
        await sleep(MEASURED_MS);
        return figures(before, [usageOf(alone), usageOf(member)]);
      }),
    );
  } catch (thrown) {
    return [pending(problemOf(thrown)), pending(problemOf(thrown))];
  } finally {
    await nats?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function withDaemon<T>(folder: string, name: string, more: string, work: (pid: number) => Promise<T>): Promise<T> {
  const config = join(folder, `${name}.toml`);
  writeFileSync(config, `${more}[simulated]\nguests = 100\n[api]\nlisten = ""\n`);
  const socket = join(folder, name, "s.sock");
  const argv = [DAEMON, "run", "--backend", "simulated", "--quiet", "--config", config, "--socket", socket];
  return withNode(argv, process.env, ({ pid }) => work(pid));
}

function figures(before: readonly [Usage, Usage], after: readonly [Usage, Usage]): readonly Figure[] {
  const percents = before.map(({ cpuMs }, nth) => (((after[nth]?.cpuMs ?? 0) - cpuMs) / MEASURED_MS) * 100);
  const [alone = 0, member = 0] = percents;
  const [aloneMib, memberMib] = after.map(({ rssBytes }) => rssBytes / 2 ** 20) as [number, number];
  return [
    { value: member - alone, note: `${member.toFixed(1)} % with a fleet, ${alone.toFixed(1)} % without, 100 guests` },
    { value: memberMib - aloneMib, note: `${memberMib.toFixed(0)} MiB with a fleet, ${aloneMib.toFixed(0)} without` },
  ];
}
