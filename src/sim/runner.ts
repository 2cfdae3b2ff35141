import type { Observation } from "../core/observation.ts";
import { pagesFromMib } from "../core/units.ts";
import { CPU_SPEEDS, type CpuSpeed } from "./costs.ts";
import { createSimHost, type GuestSpec, type SimHost } from "./host.ts";
import type { HostSight, Policy, Setting } from "./policies/policy.ts";
import type { Scenario } from "./scenarios.ts";
import type { GuestScore } from "./score.ts";
import { PAGE_BYTES } from "./watermarks.ts";

/** One run of a policy over a scenario. */
export interface Run {
  readonly score: GuestScore;
  readonly series: Series;
}

/** Samples over the whole run, at most `MAX_SAMPLES`, all guests summed, in pages. */
export interface Series {
  readonly seconds: readonly number[];
  /** Memory that the guests held. */
  readonly heldPages: readonly number[];
  /** Memory that their programs and kernels wanted, files that are read again and again included. */
  readonly wantedPages: readonly number[];
}

export interface RunOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Memory that the host has for its guests, which share it then, in MiB; null: as the scenario says. */
  readonly hostMb: number | null;
  /** How fast processors are; if not given, as the scenario says. */
  readonly cpu?: CpuSpeed;
  /** Whether guests have the swap that the scenario gives them; default true. */
  readonly hasSwap?: boolean;
}

/** Nothing happens more often than this; the watch looks as often. */
const HOP_MS = 100;
const MAX_SAMPLES = 360;

/** Run `policy` over `scenario` on the virtual clock, as fast as the model allows. The same options give the same bytes. */
export function runPolicy(scenario: Scenario, policy: Policy, options: RunOptions): Run {
  const specs = scenario.guests(options.seed).map((spec) => fitted(spec, options.cpu ?? scenario.cpu, options.hasSwap));
  const host = createSimHost({ guests: specs });
  const names = specs.map(({ name }) => name);
  const sharing = sharingOf(host, names, scenario, options.hostMb);
  const run = policy.start((name, aheadMs) => host.wantedSoonPages(name, aheadMs));
  const endMs = options.minutes * 60_000;
  const sampleMs = Math.ceil(endMs / MAX_SAMPLES / HOP_MS) * HOP_MS;
  const series = { seconds: [] as number[], heldPages: [] as number[], wantedPages: [] as number[] };
  for (let nowMs = HOP_MS; nowMs <= endMs; nowMs += HOP_MS) {
    host.advance(HOP_MS);
    if (nowMs % policy.intervalMs === 0) setAll(host, sharing, (sight) => run.step(sight, nowMs));
    else if (policy.watches) setAll(host, sharing, (sight) => run.watch(sight, nowMs));
    if (nowMs % sampleMs === 0) {
      series.seconds.push(nowMs / 1000);
      series.heldPages.push(sumOf(names, (name) => host.currentPages(name)));
      series.wantedPages.push(sumOf(names, (name) => host.wantedPages(name)));
    }
  }
  return { score: addScores(names.map((name) => host.score(name))), series };
}

function fitted(spec: GuestSpec, cpu: CpuSpeed, hasSwap = true): GuestSpec {
  const costed = { ...spec, costs: CPU_SPEEDS[cpu] };
  return hasSwap ? costed : { ...costed, swapMib: 0, zramMib: 0 };
}

type Sharing = Omit<HostSight, "guests">;

function sharingOf(host: SimHost, names: readonly string[], scenario: Scenario, hostMb: number | null): Sharing {
  if (hostMb !== null) return { memoryPages: pagesFromMib(hostMb, PAGE_BYTES), isShared: true };
  const allPages = sumOf(names, (name) => host.currentPages(name));
  return { memoryPages: Math.floor(allPages * scenario.hostShare), isShared: scenario.isShared };
}

/** Read all guests, and do what a policy sets for them. */
function setAll(host: SimHost, sharing: Sharing, settingsOf: (sight: HostSight) => readonly Setting[]): void {
  const guests = host.guests().map((name) => host.observe(name));
  const settings = settingsOf({ ...sharing, guests });
  guests.forEach((guest, nth) => {
    const setting = settings[nth];
    if (setting !== undefined) apply(host, guest, setting);
  });
}

function apply(host: SimHost, { guest }: Observation, { balloonTargetPages, frontswapTargetPages }: Setting): void {
  if (balloonTargetPages !== null) host.setTarget(guest, balloonTargetPages);
  if (frontswapTargetPages !== null) host.setFrontswapTarget(guest, frontswapTargetPages);
}

function sumOf<Row>(rows: readonly Row[], pagesOf: (row: Row) => number): number {
  return rows.reduce((sum, row) => sum + pagesOf(row), 0);
}

/** The guests' scores as one: sums, and of the worst shortage the largest. */
function addScores(scores: readonly GuestScore[]): GuestScore {
  const sum = (name: keyof GuestScore): number => sumOf(scores, (score) => score[name]);
  return {
    seconds: sum("seconds"),
    heldGibMinutes: sum("heldGibMinutes"),
    shortageSeconds: sum("shortageSeconds"),
    worstShortagePages: Math.max(0, ...scores.map(({ worstShortagePages }) => worstShortagePages)),
    stalledSeconds: sum("stalledSeconds"),
    oomKills: sum("oomKills"),
    reboots: sum("reboots"),
    refusals: sum("refusals"),
    refaultPages: sum("refaultPages"),
    swappedPages: sum("swappedPages"),
    moves: sum("moves"),
  };
}
