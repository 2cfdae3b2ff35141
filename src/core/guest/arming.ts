import type { TunableName, Tunables } from "../tunables.ts";

/**
 * The worker's arming rules (specification, section 5). The worker is one delayed job; `armed` says whether it is
 * pending. It first runs one interval after start-up.
 */

/** Whether the worker re-arms after a run: only if one of its loops has something to do. */
export function armsAfterRun(tunables: Tunables, hasCompressedSwap: boolean): boolean {
  return tunables.selfballooning === 1 || (tunables.frontswap_selfshrinking === 1 && hasCompressedSwap);
}

/**
 * Whether writing `name` arms an idle worker: turning selfballooning on does; turning self-shrinking on does only if
 * selfballooning is off at that moment.
 */
export function armsOnWrite(name: TunableName, before: Tunables, after: Tunables): boolean {
  if (before[name] !== 0 || after[name] !== 1) return false;
  if (name === "selfballooning") return true;
  return name === "frontswap_selfshrinking" && after.selfballooning === 0;
}
