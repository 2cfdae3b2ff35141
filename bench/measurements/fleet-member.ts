import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Figure } from "../budgets.ts";
import { onOwnFleet } from "../support/own-fleet.ts";
import { DAEMON } from "../support/paths.ts";
import { type Usage, usageOf, withNode } from "../support/processes.ts";

const SETTLE_MS = 8000;
const MEASURED_MS = 20_000;

/** A daemon of a hundred simulated guests that is of a fleet, beside the same one that is of none. */
export function measureFleetMember(): Promise<readonly Figure[]> {
  return onOwnFleet(2, ({ url, folder }) => {
    const fleet = `[fleet]\nservers = ["${url}"]\nname = "bench"\n`;
    return withDaemon(folder, "alone", "", (alone) =>
      withDaemon(folder, "member", fleet, async (member) => {
        await sleep(SETTLE_MS);
        const before = [usageOf(alone), usageOf(member)] as const;
        await sleep(MEASURED_MS);
        return figures(before, [usageOf(alone), usageOf(member)]);
      }),
    );
  });
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
