import { basename, dirname, extname } from "node:path";
import type { Machine } from "./machine.ts";

/**
 * Where the agent of the machine with the QMP socket `path` listens: by the operator's pattern, with `{dir}` and `{name}`
 * of that socket, or where QEMU says; null if there is none.
 */
export function agentPathOf(machine: Machine, path: string, pattern: string | null): string | null {
  if (pattern !== null)
    return pattern.replaceAll("{dir}", dirname(path)).replaceAll("{name}", basename(path, extname(path)));
  return machine.chardevs.find(({ label }) => label === machine.agentLabel)?.socketPath ?? null;
}
