/**
 * What a host says of its own memory at one moment. Where we are in a cgroup with a limit that leaves less than the machine
 * does, it is that cgroup's. Null: it does not say.
 */
export interface HostReading {
  /** Its RAM, or the cgroup's limit. */
  readonly totalBytes: number | null;
  /** What could be used without swapping, ZFS's cache included. */
  readonly availableBytes: number | null;
  /** Since boot, the time in which some task and in which all tasks stalled on memory, in microseconds. */
  readonly someTotalUs: number | null;
  readonly fullTotalUs: number | null;
  /** Bytes written to swap since boot. */
  readonly swapOutBytes: number | null;
  /** Bytes that lie in swap now. */
  readonly swappedBytes: number | null;
}

/** What a host's memory was like between two readings: what its need is judged by. Null: not known. */
export interface HostSight extends Pick<HostReading, "totalBytes" | "availableBytes" | "swappedBytes"> {
  /** Share of the time in which some task and in which all tasks stalled on memory, 0 to 1. */
  readonly someShare: number | null;
  readonly fullShare: number | null;
  /** Bytes written to swap in a second. */
  readonly swapOutBytesPerS: number | null;
}

/** Compare a reading with the one `elapsedMs` before it. Of counters that went backwards nothing is known. */
export function sightOf(before: HostReading | null, now: HostReading, elapsedMs: number): HostSight {
  const { totalBytes, availableBytes, swappedBytes } = now;
  const grown = (name: "someTotalUs" | "fullTotalUs" | "swapOutBytes"): number | null => {
    const [from, to] = [before?.[name] ?? null, now[name]];
    return from === null || to === null || to < from || elapsedMs <= 0 ? null : to - from;
  };
  const share = (us: number | null): number | null => (us === null ? null : Math.min(1, us / 1000 / elapsedMs));
  const writtenBytes = grown("swapOutBytes");
  return {
    totalBytes,
    availableBytes,
    someShare: share(grown("someTotalUs")),
    fullShare: share(grown("fullTotalUs")),
    swapOutBytesPerS: writtenBytes === null ? null : (writtenBytes * 1000) / elapsedMs,
    swappedBytes,
  };
}
