import type { OpenBackend } from "../core/backend.ts";
import type { Safety } from "../core/guard/safety.ts";
import type { Policy } from "../core/policy.ts";
import type { SwapShrinker } from "../core/swap-shrinker.ts";
import type { Tunables } from "../core/tunables.ts";
import type { Clock } from "./clock.ts";
import type { HostArbiter } from "./host-arbiter.ts";
import type { Journal } from "./journal.ts";

/** What a guest's loop works with. */
export interface LoopContext {
  readonly backend: OpenBackend;
  readonly clock: Clock;
  readonly journal: Journal;
  /** The tunables in force for the guest now; `startReservedMb` is its own default of `selfballoon_reserved_mb`. */
  readonly tunables: (guest: string, startReservedMb: number) => Tunables;
  readonly hasCompressedSwap: boolean;
  /** Decide and record, move nothing. */
  readonly dryRun: boolean;
  /** True while the guest is paused: as in a dry run, but for this guest alone. */
  readonly isPaused?: (guest: string) => boolean;
  /** Brings pages back from the guest's compressed swap; absent where that is not in our reach, as on a host. */
  readonly swapShrinker?: SwapShrinker | null;
  /** Where several guests share a host: their limits and shares. Guests that are not ours to move are read all the same. */
  readonly arbiter?: HostArbiter | null;
  /** How goals are found; the driver's way if it is not given. */
  readonly policy?: Policy;
  /** Safeties of the guard that a scenario leaves out. */
  readonly without?: ReadonlySet<Safety>;
}
