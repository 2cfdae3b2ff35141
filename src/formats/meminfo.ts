import { formatError, parseCount, quote, requireWholeText, restOfLine } from "./kernel-text.ts";

/**
 * The fields of `/proc/meminfo` that are of use here, in KiB (the file says kB and means KiB). `null` where the
 * kernel does not have the field, or what it holds can't be. Linux's Documentation/filesystems/proc.rst tells what each one means.
 */
export interface Meminfo {
  /** RAM that the kernel owns now. */
  readonly memTotalKib: number;
  readonly memFreeKib: number | null;
  /** What could be used without swapping; since Linux 3.14. */
  readonly memAvailableKib: number | null;
  /** Cache of files: `Active(file)` and `Inactive(file)`, without tmpfs and shared memory; since Linux 2.6.28. */
  readonly fileCacheKib: number | null;
  /** Committed address space (`Committed_AS`). */
  readonly committedKib: number | null;
  readonly swapTotalKib: number | null;
  /** Never more than there is. */
  readonly swapFreeKib: number | null;
  /** What zswap holds, uncompressed; since Linux 5.19. */
  readonly zswappedKib: number | null;
}

const FILE = "/proc/meminfo";

/**
 * Read `/proc/meminfo`.
 * @throws ERR_FORMAT if the text is cut off, or MemTotal is not there, no whole number of kB, or 0.
 */
export function parseMeminfo(text: string): Meminfo {
  requireWholeText(FILE, text);
  const swapTotalKib = findKib(text, "SwapTotal");
  return {
    memTotalKib: requireKib(text, "MemTotal"),
    memFreeKib: findKib(text, "MemFree"),
    memAvailableKib: findKib(text, "MemAvailable"),
    fileCacheKib: plus(findKib(text, "Active(file)"), findKib(text, "Inactive(file)")),
    committedKib: findKib(text, "Committed_AS"),
    swapTotalKib,
    swapFreeKib: atMost(findKib(text, "SwapFree"), swapTotalKib),
    zswappedKib: findKib(text, "Zswapped"),
  };
}

/**
 * One field of `/proc/meminfo` in KiB, for a reader that wants nothing else; null if there is no such line, or if it holds
 * no whole number of kB.
 */
export function findKib(text: string, field: string): number | null {
  return kibOf(restOfLine(text, `${field}:`) ?? "");
}

function requireKib(text: string, field: string): number {
  const rest = restOfLine(text, `${field}:`);
  if (rest === null) throw formatError(FILE, `a line ${field}`, "there is none");
  const kib = kibOf(rest);
  if (kib === null || kib === 0)
    throw formatError(FILE, `a whole number of kB above 0 as ${field}`, `it is ${quote(rest)}`);
  return kib;
}

function kibOf(rest: string): number | null {
  return parseCount(/^ +([0-9]+) kB$/.exec(rest)?.[1] ?? "");
}

function plus(first: number | null, second: number | null): number | null {
  return first === null || second === null ? null : first + second;
}

function atMost(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || part > whole ? null : part;
}
