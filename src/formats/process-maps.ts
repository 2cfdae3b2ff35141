/** A part of a process's address space, in bytes, from `start` up to `end`. */
export interface Mapping {
  readonly start: number;
  readonly end: number;
}

/** Mappings of the kernel's own, which hold no swapped pages and whose reading may fail. */
const SPECIAL = /\[(?:vvar|vvar_vclock|vsyscall|vdso)\]$/;

/**
 * One line of `/proc/PID/maps` (Linux, Documentation/filesystems/proc.rst), without its newline: the mapping, or null
 * if no swapped pages of the process's own are to be found in it. Those are shared mappings, whose pages are in no page
 * table while they are swapped out; mappings that may not be accessed, which runtimes reserve by the terabyte; the
 * kernel's own; and lines that are none.
 */
export function parsePrivateMapping(line: string): Mapping | null {
  const [, from, to, access] = /^([0-9a-f]{1,14})-([0-9a-f]{1,14}) ([r-][w-][x-])p /.exec(line) ?? [];
  if (from === undefined || to === undefined || access === "---" || SPECIAL.test(line)) return null;
  const start = Number.parseInt(from, 16);
  const end = Number.parseInt(to, 16);
  return start < end && Number.isSafeInteger(end) ? { start, end } : null;
}
