import type { DaemonOptions } from "./flags.ts";

/** What `selfballoon fleet` takes. */
export interface FleetOptions extends DaemonOptions {
  readonly short?: boolean;
  readonly json?: boolean;
  readonly listen?: string;
  readonly for?: string;
  readonly label: readonly string[];
  readonly wait: number;
  readonly expires: number;
  readonly all?: boolean;
  readonly where?: string;
  readonly host?: string;
  readonly guest?: string;
  readonly dryRun?: boolean;
  /** How many hosts have it first, as `parseFirst` takes it. */
  readonly first?: string;
  readonly watch: number;
}
