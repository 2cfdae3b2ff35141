import { selfballoonError } from "../../core/errors.ts";
import { MachineFiles } from "../../machine/files.ts";
import { removeCommands, removeSlices, setUpCommands, setUpSlices } from "./set-up.ts";
import type { SlicesPlan } from "./slice-steps.ts";
import { zramHost } from "./zram-host.ts";

/** What is to be done about slices. */
export type SlicesRequest = { readonly do: "set up"; readonly plan: SlicesPlan } | { readonly do: "remove" };

/** Set up or remove this machine's slices. @returns their devices' names. */
export async function changeSlices(request: SlicesRequest): Promise<readonly string[]> {
  requireRoot();
  const files = new MachineFiles("");
  const host = zramHost(files);
  return request.do === "remove" ? removeSlices(files, host) : setUpSlices(files, host, request.plan);
}

/** The same as commands, without doing any of it. */
export function sliceCommands(request: SlicesRequest, root: string): readonly string[] {
  const files = new MachineFiles(root);
  return request.do === "remove" ? removeCommands(files) : setUpCommands(files, request.plan);
}

/** Otherwise a part would be done before the first refusal. */
function requireRoot(): void {
  if (process.geteuid?.() === 0) return;
  const details = { path: "/sys/class/zram-control", mode: "ours to change", problem: "this is not root" };
  throw selfballoonError("ERR_PERMISSION", { ...details, remedy: "run as root; --dry-run prints the commands" });
}
