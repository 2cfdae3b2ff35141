import { socketOf } from "./daemon.ts";
import type { DaemonOptions } from "./flags.ts";
import { print } from "./output.ts";
import type { CliPorts } from "./ports.ts";

/** What `selfballoon files` was given. */
export interface FilesOptions extends DaemonOptions {
  readonly undo?: boolean;
}

/** `selfballoon files MOUNTPOINT`: serve the driver's files there until a signal comes, or remove what was left of them. */
export async function files(ports: CliPorts, mountpoint: string, options: FilesOptions): Promise<void> {
  if (options.undo === true) {
    await ports.removeFiles(mountpoint);
    return print(`Nothing of the driver's files is left at ${mountpoint}.`);
  }
  await ports.serveFiles(await socketOf(options), mountpoint);
}
