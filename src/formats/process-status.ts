import { parseCount } from "./kernel-text.ts";

/**
 * What a process has swapped out, in KiB: `VmSwap` of `/proc/PID/status` (Linux, Documentation/filesystems/proc.rst).
 * Shared memory is not in it. 0 for kernel threads and processes that have ended, which have no such line.
 */
export function parseVmSwapKib(status: string): number {
  return kibOf(status, "VmSwap") ?? 0;
}

function kibOf(status: string, field: "VmSwap" | "VmRSS" | "HugetlbPages"): number | null {
  return parseCount(new RegExp(`^${field}:[\\t ]+([0-9]{1,16}) kB$`, "m").exec(status)?.[1] ?? "");
}

/**
 * What a process holds of its machine's memory, in KiB: `VmRSS`, and `HugetlbPages`, which is not in it. Null for kernel
 * threads and processes that have ended.
 */
export function parseResidentKib(status: string): number | null {
  const rssKib = kibOf(status, "VmRSS");
  return rssKib === null ? null : rssKib + (kibOf(status, "HugetlbPages") ?? 0);
}

/** The process that a thread belongs to: `Tgid`; null if the line is missing or wrong. */
export function parseProcessId(status: string): number | null {
  return parseCount(/^Tgid:\t([0-9]{1,10})$/m.exec(status)?.[1] ?? "");
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
