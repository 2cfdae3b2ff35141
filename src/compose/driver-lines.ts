import type { Backend } from "../core/backend.ts";
import type { Settings } from "../core/settings.ts";

/** What the driver said in a Xen guest when it started, for who looks for these lines in a log: one for each loop that is on. */
export function driverLines(
  { traits }: Pick<Backend, "traits">,
  { values, hasCompressedSwap }: Settings,
): readonly string[] {
  if (traits.place !== "guest" || !traits.hasBalloons) return [];
  return [
    ...(values.selfballooning === 1 ? ["Initializing Xen selfballooning driver"] : []),
    ...(hasCompressedSwap && values.frontswap_selfshrinking === 1
      ? ["Initializing frontswap selfshrinking driver"]
      : []),
  ];
}
