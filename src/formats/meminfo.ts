import { formatError, parseCount, quote, requireWholeText, restOfLine } from "./kernel-text.ts";

/**
 * The fields of `/proc/meminfo` that are of use here, in KiB (the file says kB and means KiB). `null` where the
 * kernel does not have the field. Linux's Documentation/filesystems/proc.rst tells what each one means.
 */
export interface Meminfo {
  /** RAM that the kernel owns now. */
  readonly memTotalKib: number;
  readonly memFreeKib: number | null;
  /** What could be used without swapping; since Linux 3.14. */
  readonly memAvailableKib: number | null;
  readonly buffersKib: number | null;
  readonly cachedKib: number | null;
  /** Committed address space (`Committed_AS`). */
  readonly committedKib: number | null;
  readonly swapTotalKib: number | null;
  readonly swapFreeKib: number | null;
  /** RAM that zswap uses; since Linux 5.19. */
  readonly zswapKib: number | null;
  /** What zswap holds, uncompressed; since Linux 5.19. */
  readonly zswappedKib: number | null;
}

const FILE = "/proc/meminfo";

/**
 * Read `/proc/meminfo`.
 * @throws ERR_FORMAT if the text is cut off, has no MemTotal, or has a field that is no whole number of kB.
 */
export function parseMeminfo(text: string): Meminfo {
  requireWholeText(FILE, text);
  const memTotalKib = findKib(text, "MemTotal");
  if (memTotalKib === null) throw formatError(FILE, "a line MemTotal", "there is none");
  return {
    memTotalKib,
    memFreeKib: findKib(text, "MemFree"),
    memAvailableKib: findKib(text, "MemAvailable"),
    buffersKib: findKib(text, "Buffers"),
    cachedKib: findKib(text, "Cached"),
    committedKib: findKib(text, "Committed_AS"),
    swapTotalKib: findKib(text, "SwapTotal"),
    swapFreeKib: findKib(text, "SwapFree"),
    zswapKib: findKib(text, "Zswap"),
    zswappedKib: findKib(text, "Zswapped"),
  };
}

/**
 * One field of `/proc/meminfo` in KiB, or null if there is no such line; for a reader that wants nothing else.
 * @throws ERR_FORMAT if the field is no whole number of kB.
 */
export function findKib(text: string, field: string): number | null {
  const rest = restOfLine(text, `${field}:`);
  if (rest === null) return null;
  const kib = parseCount(/^ +([0-9]+) kB$/.exec(rest)?.[1] ?? "");
  if (kib === null) throw formatError(FILE, `a whole number of kB as ${field}`, `it is ${quote(rest)}`);
  return kib;
}
