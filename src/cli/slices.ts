import { selfballoonError } from "../core/errors.ts";
import { print } from "./output.ts";
import type { CliPorts, SlicesRequest } from "./ports.ts";

/** What `selfballoon slices` was given. */
export interface SlicesOptions {
  readonly root?: string;
  readonly sizeMb?: number;
  readonly count: number;
  readonly priority: number;
  readonly algorithm?: string;
  readonly undo?: boolean;
  readonly dryRun?: boolean;
}

/**
 * `selfballoon slices`: set up swap in memory as several slices, or remove them.
 * @throws ERR_USAGE if the values don't go together, ERR_PERMISSION without root, and what the machine refused.
 */
export async function slices(ports: CliPorts, options: SlicesOptions): Promise<void> {
  const { root = "", dryRun = false } = options;
  const request = requestOf(options);
  if (dryRun) {
    for (const command of await ports.sliceCommands(request, root)) print(command);
    return;
  }
  if (root !== "")
    throw selfballoonError("ERR_USAGE", { problem: "slices are set up on this machine: --root takes --dry-run" });
  print(describe(request, await ports.slices(request)));
}

function requestOf({ undo = false, sizeMb, count, priority, algorithm }: SlicesOptions): SlicesRequest {
  if (undo) {
    if (sizeMb === undefined) return { do: "remove" };
    throw selfballoonError("ERR_USAGE", { problem: "--undo removes all slices, and takes no --size-mb" });
  }
  if (sizeMb === undefined) throw selfballoonError("ERR_USAGE", { problem: "slices need --size-mb, or --undo" });
  if (sizeMb < count) {
    const problem = `each slice has 1 MiB at least, so --size-mb must be at least ${count}, not ${sizeMb}`;
    throw selfballoonError("ERR_USAGE", { problem });
  }
  return { do: "set up", plan: { totalMib: sizeMb, count, priority, algorithm: algorithm ?? null } };
}

function describe(request: SlicesRequest, names: readonly string[]): string {
  const devices = names.map((name) => `/dev/${name}`).join(", ");
  if (request.do === "remove") {
    return names.length === 0 ? "There were no slices to remove." : `Removed ${names.length} slices: ${devices}.`;
  }
  const { totalMib, count, priority } = request.plan;
  return (
    `Set up ${count} slices of ${Math.ceil(totalMib / count)} MiB with priority ${priority}: ${devices}.\n` +
    "They last until the next boot, or until `selfballoon slices --undo`."
  );
}
