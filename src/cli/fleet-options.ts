import { InvalidArgumentError } from "commander";
import { MAX_FIRST } from "../fleet/rollout-limits.ts";
import type { DaemonOptions } from "./flags.ts";

/** How many hosts have a change first: so many, or a share of those that it is for. */
export type FirstHosts = { readonly count: number } | { readonly share: number };

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
  readonly first?: FirstHosts;
  readonly watch: number;
}

/** Read how many hosts are first: `3`, or `10%`. */
export function parseFirst(text: string): FirstHosts {
  const [, digits = "", percent] = /^([1-9]\d{0,3})(%)?$/.exec(text) ?? [];
  const number = Number(digits);
  if (percent === undefined && number >= 1 && number <= MAX_FIRST) return { count: number };
  if (percent !== undefined && number <= 100) return { share: number / 100 };
  throw new InvalidArgumentError(
    `It must be a number of hosts from 1 to ${MAX_FIRST}, or a share of them such as 10%.`,
  );
}
