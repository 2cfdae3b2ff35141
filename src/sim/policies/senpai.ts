import type { Observation } from "../../core/observation.ts";
import { clamp, mib } from "./balloons.ts";
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
  /** The limit, in pages of RAM; null before the first step. */
  readonly limitPages: number | null;
  readonly lastUs: number;
  /** Stalls since the limit was last changed. */
  readonly integralUs: number;
  /** Steps until the next probe. */
  readonly grace: number;
}

function step(before: State, guest: Observation): Stepped<State, Setting> {
  const { psiSomeTotalUs, totalramPages, balloonCurrentPages, balloonMaxPages } = guest;
  if (psiSomeTotalUs === null || totalramPages === null || balloonCurrentPages === null || balloonMaxPages === null) {
    return { state: before, result: NOTHING };
  }
  const last = { ...before, lastUs: psiSomeTotalUs };
  if (before.limitPages === null) return { state: { ...last, limitPages: totalramPages }, result: NOTHING };
  const integralUs = before.integralUs + Math.max(0, psiSomeTotalUs - before.lastUs);
  const grace = before.grace - 1;
  const share = changeShare(integralUs, grace);
  if (share === 0) return { state: { ...last, integralUs, grace }, result: NOTHING };
  const offsetPages = balloonCurrentPages - totalramPages;
  const limitPages = Math.floor(clamp(before.limitPages * (1 + share), MIN_PAGES, balloonMaxPages - offsetPages));
  return {
    state: { limitPages, lastUs: psiSomeTotalUs, integralUs: 0, grace: STEPS },
    result: balloonSetting(limitPages + offsetPages),
  };
}

/** By which share the limit changes: up as the square of the pressure, down by a hundredth while there is little. */
function changeShare(integralUs: number, grace: number): number {
  if (integralUs > PRESSURE_US) {
    return Math.min(MAX_BACKOFF, (integralUs / PRESSURE_US / COEFF_BACKOFF) ** 2 * MAX_BACKOFF);
  }
  if (grace > 0) return 0;
  return -Math.min(MAX_PROBE, (PRESSURE_US / Math.max(1, integralUs) / COEFF_PROBE) ** 2 * MAX_PROBE);
}

/** Senpai, with the balloon in the place of the control group's soft limit. */
export const senpai = guestPolicy<State>({
  summary:
    "Down by a hundredth every 6 s while tasks stall less than 10 ms in that time, up fast when they stall more.",
  source: "senpai.py of facebookincubator/senpai (2019); the balloon stands for memory.high of one control group",
  intervalMs: 1000,
  initial: () => ({ limitPages: null, lastUs: 0, integralUs: 0, grace: STEPS }),
  step,
});
