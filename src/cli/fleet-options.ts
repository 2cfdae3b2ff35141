import { InvalidArgumentError } from "commander";
import { FIRST_HOSTS_TEXT, type FirstHosts, parseFirst } from "../fleet/first-hosts.ts";
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
  readonly first?: FirstHosts;
  readonly watch: number;
}

/** How many hosts are first, as commander asks for it. */
export function firstOption(text: string): FirstHosts {
  const first = parseFirst(text);
  if (first === null) throw new InvalidArgumentError(`It must be ${FIRST_HOSTS_TEXT}.`);
  return first;
}
