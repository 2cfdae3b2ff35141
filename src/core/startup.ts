import type { BackendTraits } from "./backend.ts";
import type { BootOptions } from "./boot-options.ts";
import type { Policy } from "./policy.ts";
import { mibFromPages } from "./units.ts";

/** What start-up found. */
export interface StartUpInput {
  readonly boot: BootOptions;
  /** Stands for the driver's `CONFIG_FRONTSWAP`. */
  readonly compressedSwapConfigured: boolean;
  /** Stands for the driver's `tmem_enabled`: the far side of compressed swap is there. Without it nothing starts. */
  readonly compressedSwapUsable: boolean;
}

/** Which loops start. Neither: the worker stays idle until a write arms it. */
export interface StartUp {
  readonly selfballooning: boolean;
  readonly selfshrinking: boolean;
}

/** Which loops are on at start-up (specification, section 7, rule 2). */
export function startUp(input: StartUpInput): StartUp {
  if (!input.compressedSwapUsable) return { selfballooning: false, selfshrinking: false };
  const { compressedSwapConfigured: configured, boot } = input;
  return {
    selfballooning: boot.selfballooning ?? configured,
    selfshrinking: configured && (boot.selfshrinking ?? true),
  };
}

/** The start-up default of `selfballoon_reserved_mb`: 10 % of the RAM that the guest has now, in MiB. */
export function startReservedMb(totalramPages: number, pageBytes: number): number {
  return mibFromPages(Math.floor(totalramPages / 10), pageBytes);
}

/**
 * The policy that holds where the operator names none. In a guest it is what its driver did, and so for simulated guests,
 * whose law can be checked against it; a real host has its memory back from what its guests do not use.
 */
export function startPolicy({ place, isReal }: Pick<BackendTraits, "place" | "isReal">): Policy {
  return place === "host" && isReal ? "adaptive" : "driver";
}

/** The start-up default of `selfballoon_interval` on a host, in seconds; null: the row's own. */
export function startIntervalOnHost(policy: Policy): number | null {
  return policy === "adaptive" ? 1 : null;
}
