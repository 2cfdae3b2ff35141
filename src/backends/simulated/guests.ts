import type { GuestSpec } from "../../sim/host.ts";
import { createWorkload, type WorkloadName } from "../../sim/workloads.ts";

/** A day, ten builds and ten batch jobs in ten minutes, so that a minute of watching shows something. */
const PERIOD_SECONDS = 600;

/** The guests of the simulated host where none are given. Each has swap as large as itself, as the law asks for. */
export function defaultGuests(seed: number): readonly GuestSpec[] {
  const load = (name: WorkloadName, sizeMib: number, nth: number) =>
    createWorkload(name, { seed: seed * 101 + nth, sizeMib, periodSeconds: PERIOD_SECONDS });
  const guest = (name: string, maximumMib: number, cpus: number, loads: GuestSpec["loads"]): GuestSpec => ({
    name,
    maximumMib,
    cpus,
    loads,
    zramMib: maximumMib / 2,
    swapMib: maximumMib,
  });
  return [
    guest("idle", 512, 1, [load("idle", 256, 1)]),
    guest("batch", 1024, 1, [load("idle", 200, 2), load("batch", 600, 3)]),
    guest("web", 2048, 2, [load("web", 1600, 4)]),
    guest("java", 3072, 2, [load("jvm", 1000, 5), load("go", 600, 6)]),
    guest("build", 4096, 2, [load("build", 3200, 7)]),
    guest("database", 8192, 2, [load("database", 5000, 8)]),
  ];
}
