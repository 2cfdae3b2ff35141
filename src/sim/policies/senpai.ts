import type { Observation } from "../../core/observation.ts";
import { clamp, mib } from "./balloons.ts";
import { groupOf } from "./group.ts";
import { balloonSetting, guestPolicy, NOTHING, type Setting, type Stepped } from "./policy.ts";

/** Constants of senpai.py, at their defaults. */
const PRESSURE_US = 10_000;
const STEPS = 6;
const MAX_PROBE = 0.01;
const MAX_BACKOFF = 1;
const COEFF_PROBE = 10;
const COEFF_BACKOFF = 20;
const MIN_PAGES = mib(100);

interface State {
  /** What the guest may use, in pages; null before the first step. */
  readonly limitPages: number | null;
  readonly lastUs: number;
  /** Stalls since the limit was last changed. */
  readonly integralUs: number;
  /** Quiet steps before the next probe. */
  readonly grace: number;
}

function step(before: State, guest: Observation): Stepped<State, Setting> {
  const group = groupOf(guest);
  if (group === null) return { state: before, result: NOTHING };
  const set = (wantedPages: number, grace: number): Stepped<State, Setting> => {
    const limitPages = Math.floor(clamp(wantedPages, MIN_PAGES, group.maxPages));
    const state = { limitPages, lastUs: group.stalledUs, integralUs: 0, grace };
    return { state, result: balloonSetting(limitPages + group.besidePages) };
  };
  // Its limit begins at what is used then.
  if (before.limitPages === null) return set(group.usedPages, STEPS);
  const integralUs = before.integralUs + Math.max(0, group.stalledUs - before.lastUs);
  if (integralUs > PRESSURE_US) return set(before.limitPages * (1 + backOffShare(integralUs)), STEPS - 1);
  if (before.grace === 0) return set(before.limitPages * (1 - probeShare(integralUs)), STEPS - 1);
  return { state: { ...before, lastUs: group.stalledUs, integralUs, grace: before.grace - 1 }, result: NOTHING };
}

/** By which share the limit goes up: as the square of the pressure. */
function backOffShare(integralUs: number): number {
  return Math.min(MAX_BACKOFF, (integralUs / PRESSURE_US / COEFF_BACKOFF) ** 2 * MAX_BACKOFF);
}

/** By which share the limit goes down: a hundredth, less where there is some pressure. */
function probeShare(integralUs: number): number {
  return Math.min(MAX_PROBE, (PRESSURE_US / Math.max(1, integralUs) / COEFF_PROBE) ** 2 * MAX_PROBE);
}

/** Senpai, with the balloon in the place of the control group's soft limit. */
export const senpai = guestPolicy<State>({
  summary:
    "From what is used down by a hundredth every 6 s while tasks stall less than 10 ms in that time, up fast when they stall more.",
  source: "senpai.py of facebookincubator/senpai (2019); the balloon stands for memory.high of one control group",
  intervalMs: 1000,
  initial: () => ({ limitPages: null, lastUs: 0, integralUs: 0, grace: STEPS }),
  step,
});
