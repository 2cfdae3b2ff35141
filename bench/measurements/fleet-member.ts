import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Figure } from "../budgets.ts";
import { onOwnFleet } from "../support/own-fleet.ts";
import { DAEMON } from "../support/paths.ts";
import { type Usage, usageOf, withNode } from "../support/processes.ts";
import { median, quantile } from "../support/statistics.ts";

/** One process is a percent of a core dearer than another of the same program, by what its compiler made of it: one pair says nothing. */
const PAIRS = 4;

/** Until what runs often is compiled. */
const SETTLE_MS = 60_000;

const WINDOWS = 12;
const WINDOW_MS = 10_000;

/** A pair's processes: a daemon of a hundred simulated guests that is of no fleet, and the same that is of one. */
interface Pair {
  readonly alone: number;
  readonly member: number;
}

/** What both of a pair used in a window, in % of a core. */
interface Shares {
  readonly alone: number;
  readonly member: number;
}

/**
 * What being of a fleet costs a daemon: the difference between daemons that run at the same time, so that whatever else the
 * machine does meets both, in the middle of many windows of many pairs.
 */
export function measureFleetMember(): Promise<readonly Figure[]> {
  return onOwnFleet(2, ({ url, folder }) => {
    const fleet = `[fleet]\nservers = ["${url}"]\nname = `;
    return withPairs(folder, fleet, [], async (pairs) => {
      await sleep(SETTLE_MS);
      const windows: Shares[][] = [];
      for (let nth = 0; nth < WINDOWS; nth += 1) windows.push(await sharesOf(pairs));
      return [cpuFigure(windows), memoryFigure(pairs)];
    });
  });
}

/** Start all pairs, one after the other. */
function withPairs<T>(
  folder: string,
  fleet: string,
  started: readonly Pair[],
  work: (pairs: readonly Pair[]) => Promise<T>,
): Promise<T> {
  const nth = started.length;
  if (nth === PAIRS) return work(started);
  return withDaemon(folder, `alone-${nth}`, "", (alone) =>
    withDaemon(folder, `member-${nth}`, `${fleet}"member-${nth}"\n`, (member) =>
      withPairs(folder, fleet, [...started, { alone, member }], work),
    ),
  );
}

function withDaemon<T>(folder: string, name: string, more: string, work: (pid: number) => Promise<T>): Promise<T> {
  const own = join(folder, name);
  mkdirSync(own);
  const config = join(own, "config.toml");
  writeFileSync(config, `${more}[simulated]\nguests = 100\n[api]\nlisten = ""\n`);
  const argv = [
    DAEMON,
    "run",
    "--backend",
    "simulated",
    "--quiet",
    "--config",
    config,
    "--socket",
    join(own, "s.sock"),
  ];
  return withNode(argv, { ...process.env, STATE_DIRECTORY: own }, ({ pid }) => work(pid));
}

/** One window. */
async function sharesOf(pairs: readonly Pair[]): Promise<Shares[]> {
  const usages = (): { alone: Usage; member: Usage }[] =>
    pairs.map(({ alone, member }) => ({ alone: usageOf(alone), member: usageOf(member) }));
  const [sinceMs, before] = [performance.now(), usages()];
  await sleep(WINDOW_MS);
  const [untilMs, after] = [performance.now(), usages()];
  const percent = (nth: number, which: keyof Pair): number =>
    (((after[nth]?.[which].cpuMs ?? 0) - (before[nth]?.[which].cpuMs ?? 0)) / (untilMs - sinceMs)) * 100;
  return pairs.map((_, nth) => ({ alone: percent(nth, "alone"), member: percent(nth, "member") }));
}

function cpuFigure(windows: readonly (readonly Shares[])[]): Figure {
  const all = windows.flat();
  const differences = all.map(costOf);
  const text = (value: number): string => value.toFixed(2);
  const ofPairs = Array.from({ length: PAIRS }, (_, nth) =>
    text(median(windows.flatMap((shares) => shares.slice(nth, nth + 1).map(costOf)))),
  );
  const [lower, upper] = [quantile(differences, 1 / 4), quantile(differences, 3 / 4)];
  return {
    value: median(differences),
    note:
      `median of ${differences.length} windows of ${WINDOW_MS / 1000} s, half of them ${text(lower)} to ${text(upper)}, by pair ${ofPairs.join(", ")}; ` +
      `${text(median(all.map(({ member }) => member)))} % with a fleet, ${text(median(all.map(({ alone }) => alone)))} % without, 100 guests`,
  };
}

function costOf({ alone, member }: Shares): number {
  return member - alone;
}

function memoryFigure(pairs: readonly Pair[]): Figure {
  const mib = (pid: number): number => usageOf(pid).rssBytes / 2 ** 20;
  const differences = pairs.map(({ alone, member }) => mib(member) - mib(alone));
  const all = differences.map((difference) => difference.toFixed(1)).join(", ");
  return { value: median(differences), note: `median of ${PAIRS} pairs: ${all} MiB` };
}
