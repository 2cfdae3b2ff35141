import { parseCount } from "./kernel-text.ts";

/**
 * What a process has swapped out, in KiB: `VmSwap` of `/proc/PID/status` (Linux, Documentation/filesystems/proc.rst).
 * Shared memory is not in it. 0 for kernel threads and processes that have ended, which have no such line.
 */
export function parseVmSwapKib(status: string): number {
  return parseCount(/^VmSwap:[\t ]+([0-9]{1,16}) kB$/m.exec(status)?.[1] ?? "") ?? 0;
}

/** The capabilities in effect: `CapEff` of `/proc/PID/status`, a bit each; null if the line is missing or wrong. */
export function parseEffectiveCapabilities(status: string): bigint | null {
  const digits = /^CapEff:\t([0-9a-f]{16})$/m.exec(status)?.[1];
  return digits === undefined ? null : BigInt(`0x${digits}`);
}

/** When a process started, in clock ticks since boot: field 22 of `/proc/PID/stat` (proc(5)); null if it is not there. */
export function parseStartTicks(stat: string): string | null {
  // The name before it may hold anything, parentheses and spaces among it.
  return /^[0-9]+$/.exec(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "")?.[0] ?? null;
}
