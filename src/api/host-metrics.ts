import type { HostStanding } from "../core/host/standing.ts";

interface HostMetric {
  readonly name: string;
  readonly help: string;
  readonly read: (host: HostStanding) => number | null;
}

/** How the memory that the guests of a host share stands. */
export const HOST_METRICS: readonly HostMetric[] = [
  { name: "capacity_bytes", help: "The most that all guests may have together.", read: (of) => of.capacityBytes },
  { name: "reserve_bytes", help: "The part of it that is kept for emergencies.", read: (of) => of.reserveBytes },
  { name: "had_bytes", help: "What the guests have.", read: (of) => of.hadBytes },
  {
    name: "promised_bytes",
    help: "What the guests have, or may still come to have by what was decided.",
    read: (of) => of.promisedBytes,
  },
  { name: "reserved_bytes", help: "What is kept free for guests to come.", read: (of) => of.reservedBytes },
  {
    name: "free_bytes",
    help: "What may still be given while nobody is in an emergency.",
    read: (of) => of.freeBytes,
  },
  { name: "maxima_bytes", help: "What the guests could have together.", read: (of) => of.maximaBytes },
  {
    name: "min_bytes",
    help: "The floors of guests that are managed, and all that the others have.",
    read: (of) => of.minBytes,
  },
  { name: "overcommit_ratio", help: "The guests' maxima over the capacity.", read: (of) => of.overcommit },
  {
    name: "overcommit_limit_ratio",
    help: "The most that the over-commit should be, where the operator said so.",
    read: (of) => of.overcommitLimit,
  },
  {
    name: "need_ratio",
    help: "How much the host itself needs its memory back, from 0 to 1, which is an emergency.",
    read: (of) => of.need,
  },
];
