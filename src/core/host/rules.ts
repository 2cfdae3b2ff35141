import type { GuestLimits } from "../limits.ts";

/** What the operator says of a host and its guests. Sizes in bytes, as the host counts. */
export interface HostRules {
  /** The most that all guests may have together. */
  readonly memoryBytes: number;
  /** The part of it that is kept for emergencies. */
  readonly reserveBytes: number;
  /** Whether the guest's balloon is ours to move; the others are only shown. */
  readonly isNamed: (guest: string) => boolean;
  readonly limits: (guest: string) => GuestLimits;
}
