import type { Flags } from "../config/load.ts";

/** Where a command finds the daemon. */
export interface DaemonOptions {
  readonly config?: string;
  readonly root?: string;
}

/** Whose settings a command is about; absent: those of all guests. */
export interface GuestOption {
  readonly guest?: string;
}

/** The same, for a command that looks for balloons itself. */
export interface BackendOptions extends DaemonOptions, Partial<Omit<Flags, "set" | "root" | "config">> {}

/** The flags that a command without `--set` has. */
export function flagsOf({ config, backend, qmp, policy, listen, socket, root = "" }: BackendOptions): Flags {
  const given = Object.entries({ config, backend, qmp, policy, listen, socket }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...Object.fromEntries(given), set: [], root };
}

/** What an option that may be given several times has so far. */
export function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
