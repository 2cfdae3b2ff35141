import type { Observation } from "../../core/observation.ts";
import { mib } from "./balloons.ts";
import { type Group, groupOf } from "./group.ts";
import { balloonSetting, guestPolicy, NOTHING, type Setting, type Stepped } from "./policy.ts";

/** Constants of the plugin, at their defaults. */
const MIN_PAGES = mib(100);
const WAIT_TICKS = 6;
const MAX_PROBE = 0.01;
/** Tasks stall for less than a tenth of a percent of the time. */
const CALM_SHARE = 0.001;

/** How the kernel averages stalls for avg10 and avg60: a sample every 2 s. */
const SAMPLE_STEPS = 20;
const SAMPLE_US = 2_000_000;
const FADE_10 = Math.exp(-2 / 10);
const FADE_60 = Math.exp(-2 / 60);

/** Steps are as far apart as a watch's looks; a tick, and the time that a probe has, is a second. */
const STEP_MS = 100;
const TICK_STEPS = 10;
/** A group that is not limited takes what it wants; a guest can take only what is free. So much is, and soon again. */
const ROOM_PAGES = mib(64);

interface State {
  readonly steps: number;
  /** Steps until the next probe. */
  readonly wait: number;
  /** Steps that are left of a probe. */
  readonly probing: number;
  readonly averages: Averages;
}

interface Averages {
  readonly avg10: number;
  readonly avg60: number;
  readonly lastUs: number;
  /** Stalls since the last sample. */
  readonly sampleUs: number;
}

const AT_REST: Averages = { avg10: 0, avg60: 0, lastUs: 0, sampleUs: 0 };

function step(before: State, guest: Observation): Stepped<State, Setting> {
  const group = groupOf(guest);
  if (group === null) return { state: before, result: NOTHING };
  const steps = before.steps + 1;
  const averages = follow(before, group, steps);
  const waiting = { steps, wait: Math.max(0, before.wait - 1), averages };
  if (before.probing > 1) return { state: { ...waiting, probing: before.probing - 1 }, result: NOTHING };
  const probePages = before.wait === 0 && isCalm(averages) ? wantedProbe(guest, group) : 0;
  const given = group.usedPages + (probePages > 0 ? -probePages : ROOM_PAGES);
  const result = balloonSetting(Math.floor(Math.min(group.maxPages, given) + group.besidePages));
  if (probePages === 0) return { state: { ...waiting, probing: 0 }, result };
  return { state: { steps, averages, wait: (WAIT_TICKS + 1) * TICK_STEPS - 1, probing: TICK_STEPS }, result };
}

/** What the probe itself stalls on is its own, as the stalls of whoever writes memory.reclaim are not the group's. */
function follow({ averages, probing }: State, { stalledUs }: Group, steps: number): Averages {
  const newUs = probing > 0 ? 0 : Math.max(0, stalledUs - averages.lastUs);
  const sampleUs = averages.sampleUs + newUs;
  if (steps % SAMPLE_STEPS !== 0) return { ...averages, lastUs: stalledUs, sampleUs };
  const share = sampleUs / SAMPLE_US;
  return {
    avg10: averages.avg10 * FADE_10 + share * (1 - FADE_10),
    avg60: averages.avg60 * FADE_60 + share * (1 - FADE_60),
    lastUs: stalledUs,
    sampleUs: 0,
  };
}

function isCalm({ avg10, avg60 }: Averages): boolean {
  return Math.max(avg10, avg60) < CALM_SHARE;
}

/** A hundredth of what the group uses above its minimum: 100 MiB, and what can't be reclaimed. */
function wantedProbe(guest: Observation, { usedPages, cachePages }: Group): number {
  const swappedPages = Math.max(0, (guest.swapOutPages ?? 0) - (guest.swapInPages ?? 0));
  const swapFreePages = Math.max(0, (guest.swapTotalPages ?? 0) - swappedPages);
  const reclaimablePages = cachePages + Math.min(swapFreePages, usedPages - cachePages);
  return Math.floor(Math.max(0, reclaimablePages - MIN_PAGES) * MAX_PROBE);
}

/** oomd's Senpai plugin, as it is used in production: it asks for a little reclaim, and sets no limit. */
export const oomd = guestPolicy<State>({
  summary: "A hundredth of what is used is reclaimed every 7 s while tasks stall for less than 0.1 % of the time.",
  source:
    "the Senpai plugin of facebookincubator/oomd (2026) with immediate_backoff; the balloon stands for memory.reclaim",
  intervalMs: STEP_MS,
  initial: () => ({ steps: 0, wait: WAIT_TICKS * TICK_STEPS, probing: 0, averages: AT_REST }),
  step,
});
