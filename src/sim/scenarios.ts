import type { CpuSpeed } from "./costs.ts";
import type { GuestSpec } from "./host.ts";
import { createTraceLoads, type TracePoint } from "./trace.ts";
import { PAGE_BYTES } from "./watermarks.ts";
import type { Workload } from "./workload.ts";
import { createWorkload, WORKLOADS, type WorkloadName } from "./workloads.ts";

/** A host of guests to run a policy on. */
export interface Scenario {
  /** One sentence for people. */
  readonly summary: string;
  /** Memory that the host has for its guests, as a share of what they have at the most. */
  readonly hostShare: number;
  /** Whether they share it; else a guest is looked at by itself, and only rules for whole hosts heed the host's memory. */
  readonly isShared: boolean;
  /** How fast the guests' processors are. */
  readonly cpu: CpuSpeed;
  /** The guests; the same ones for the same seed. */
  guests(seed: number): readonly GuestSpec[];
}

/** A day of the web, ten builds, ten batch jobs and twenty storms in an hour. */
const PERIOD_SECONDS = 3600;

/** Hosts are sold to four thirds of their memory, so that the rules which act on a full host have something to do. */
const HOST_SHARE = 3 / 4;

/** A workload takes about so much of its guest, or the guest would be short without any balloon. */
const LOAD_SHARE = 3 / 4;

/** How large the guest of each workload is, in MiB, and its CPUs. */
const SIZES: Readonly<Record<WorkloadName, { readonly mib: number; readonly cpus: number }>> = {
  idle: { mib: 512, cpus: 1 },
  web: { mib: 2048, cpus: 2 },
  build: { mib: 4096, cpus: 2 },
  database: { mib: 4096, cpus: 2 },
  jvm: { mib: 2048, cpus: 2 },
  go: { mib: 1024, cpus: 2 },
  batch: { mib: 1024, cpus: 1 },
  leak: { mib: 1024, cpus: 1 },
  forkStorm: { mib: 1024, cpus: 2 },
};

const WORKLOAD_NAMES = Object.keys(WORKLOADS) as readonly WorkloadName[];

/** The built-in scenarios: each workload in a guest of its own, and all of them on one host. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  ...Object.fromEntries(WORKLOAD_NAMES.map((name) => [name, workloadScenario(name)])),
  mixed: {
    summary: "All of these on one host that has three quarters of their memory.",
    hostShare: HOST_SHARE,
    isShared: true,
    cpu: "emulated",
    guests: (seed) => WORKLOAD_NAMES.map((name, nth) => guestOf(name, seed * 101 + nth)),
  },
};

/** How a trace is played. */
export interface TraceOptions {
  /** Memory of the guest, in MiB; null: a quarter more than the most that the trace wants. */
  readonly memoryMib: number | null;
  /** How much of the trace's cache is read again and again, 0 to 1; the rest is read once. */
  readonly hotShare: number;
}

/** A guest that does what a recorded trace says. */
export function traceScenario(points: readonly TracePoint[], { memoryMib, hotShare }: TraceOptions): Scenario {
  const maximumMib = memoryMib ?? roomyMib(points);
  return {
    summary: `A demand trace of ${points.length} rows, in a guest of ${maximumMib} MiB.`,
    hostShare: HOST_SHARE,
    isShared: false,
    cpu: "kvm",
    guests: () => [withSwap("trace", maximumMib, TRACE_CPUS, createTraceLoads(points, TRACE_CPUS, hotShare))],
  };
}

/** A load uses one processor at most: so many follow the steepest rise that was recorded. */
const TRACE_CPUS = 4;
const MIN_TRACE_MIB = 256;
const TRACE_ROOM = 1.25;
const ROUND_MIB = 128;

function roomyMib(points: readonly TracePoint[]): number {
  let maxPages = 0;
  for (const { anonPages, cachePages } of points) maxPages = Math.max(maxPages, anonPages + cachePages);
  const maxMib = (maxPages * PAGE_BYTES) / 2 ** 20;
  return Math.max(MIN_TRACE_MIB, Math.ceil((maxMib * TRACE_ROOM) / ROUND_MIB) * ROUND_MIB);
}

function workloadScenario(name: WorkloadName): Scenario {
  return {
    summary: WORKLOADS[name].summary,
    hostShare: HOST_SHARE,
    isShared: false,
    cpu: "emulated",
    guests: (seed) => [guestOf(name, seed)],
  };
}

function guestOf(name: WorkloadName, seed: number): GuestSpec {
  const { mib, cpus } = SIZES[name];
  const options = { seed, sizeMib: mib * LOAD_SHARE, periodSeconds: PERIOD_SECONDS };
  return withSwap(name, mib, cpus, [createWorkload(name, options)]);
}

/** Swap as large as the guest, as the law's authors ask for, and half as much compressed swap before it. */
function withSwap(name: string, maximumMib: number, cpus: number, loads: readonly Workload[]): GuestSpec {
  return { name, maximumMib, cpus, loads, zramMib: maximumMib / 2, swapMib: maximumMib };
}
