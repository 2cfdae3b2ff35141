import { pagesFromMib } from "../../src/core/units.ts";
import type { Kernel } from "../../src/sim/kernel.ts";
import { tick } from "../../src/sim/tick.ts";
import { PAGE_BYTES } from "../../src/sim/watermarks.ts";
import type { Workload } from "../../src/sim/workload.ts";

export const mib = (count: number): number => pagesFromMib(count, PAGE_BYTES);

type InMib = { anon?: number; committed?: number; cache?: number; kernel?: number; stream?: number };

/** A load whose wishes, in MiB, are given by a function of the host's time in seconds. */
export function loadOf(
  wish: (seconds: number, ageSeconds: number) => InMib,
  options: { hotShare?: number; touchSeconds?: number } = {},
): Workload {
  return {
    name: "test",
    hotShare: options.hotShare ?? 1,
    touchSeconds: options.touchSeconds ?? 2,
    demandAt(seconds, ageSeconds, demand) {
      const { anon = 0, committed = anon, cache = 0, kernel = 0, stream = 0 } = wish(seconds, ageSeconds);
      demand.anonPages = mib(anon);
      demand.committedPages = mib(committed);
      demand.cachePages = mib(cache);
      demand.kernelPages = mib(kernel);
      demand.streamPagesPerSecond = mib(stream);
    },
  };
}

export function run(kernel: Kernel, seconds: number): void {
  for (let ms = 0; ms < seconds * 1000; ms += 10) tick(kernel, 10);
}

/** Run until `done`, at most `limitSeconds` of virtual time. Returns the seconds it took, or null if it never was. */
export function runUntil(kernel: Kernel, done: () => boolean, limitSeconds: number): number | null {
  for (let ms = 0; ms < limitSeconds * 1000; ms += 10) {
    if (done()) return ms / 1000;
    tick(kernel, 10);
  }
  return null;
}
