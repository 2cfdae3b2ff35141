import { pagesFromMib } from "../core/units.ts";
import { noise, smoothNoise } from "./random.ts";
import { PAGE_BYTES } from "./watermarks.ts";
import type { Demand, Workload } from "./workload.ts";

/** What a built-in workload is scaled by. */
export interface WorkloadOptions {
  /** Different seeds give different days; the same seed the same day. */
  readonly seed: number;
  /** About the most memory that it wants, files included. */
  readonly sizeMib: number;
  /** Length of its cycle: a day of the web, ten builds, ten batch jobs, the life of a leak. Default 86,400. */
  readonly periodSeconds?: number;
}

/** A size in pages, a period in seconds, a seed. */
interface Scale {
  readonly seed: number;
  readonly pages: number;
  readonly period: number;
}

type Shape = Omit<Workload, "name" | "demandAt"> & {
  readonly summary: string;
  demandAt(scale: Scale, seconds: number, ageSeconds: number, demand: Demand): void;
};

/** The workloads that are built in. Shares are of the size; the shapes are ours, not measurements. */
export const WORKLOADS = {
  idle: {
    summary: "A guest that does next to nothing.",
    hotShare: 0.3,
    touchSeconds: 30,
    demandAt({ seed, pages }, seconds, _age, demand) {
      demand.anonPages = pages * (0.2 + 0.05 * smoothNoise(seed, seconds / 20));
      demand.committedPages = pages * 0.5;
      demand.cachePages = pages * 0.1;
    },
  },
  web: {
    summary: "A web server with a daily curve: a quiet night, a busy day, a noisy crowd.",
    hotShare: 0.7,
    touchSeconds: 10,
    demandAt({ seed, pages, period }, seconds, _age, demand) {
      const day = dayCurve(seconds / period);
      const crowd = smoothNoise(seed, seconds / 15);
      demand.anonPages = pages * (0.15 + 0.4 * day + 0.1 * crowd * day);
      demand.committedPages = demand.anonPages * 1.3 + pages * 0.05;
      demand.cachePages = pages * (0.15 + 0.1 * day);
      demand.streamPagesPerSecond = 50 * day;
      demand.kernelPages = pages * 0.02 * day;
    },
  },
  build: {
    summary: "Builds one after another: bursts of compilers over a hot cache, and pauses.",
    hotShare: 0.8,
    touchSeconds: 4,
    demandAt({ seed, pages, period }, seconds, _age, demand) {
      const slot = (seconds / period) * 10;
      const busy = slot - Math.floor(slot) < 0.4 + 0.4 * noise(seed, Math.floor(slot));
      const compilers = busy ? 0.3 + 0.7 * smoothNoise(seed ^ 0x5eed, seconds / 3) : 0;
      demand.anonPages = pages * (0.05 + 0.5 * compilers);
      demand.committedPages = demand.anonPages * 1.5;
      demand.cachePages = pages * (busy ? 0.4 : 0.1);
      demand.streamPagesPerSecond = busy ? 300 : 0;
    },
  },
  database: {
    summary: "A database: steady memory of its own, a large cache of files that stays hot.",
    hotShare: 0.9,
    touchSeconds: 20,
    demandAt({ seed, pages }, seconds, _age, demand) {
      demand.anonPages = pages * (0.28 + 0.02 * smoothNoise(seed, seconds / 10));
      demand.committedPages = pages * 0.4;
      demand.cachePages = pages * 0.65;
      demand.streamPagesPerSecond = 100;
      demand.kernelPages = pages * 0.01;
    },
  },
  jvm: {
    summary: "A Java machine: promises twice what it will use, fills its heap once, and never gives back.",
    hotShare: 0.9,
    touchSeconds: 15,
    demandAt({ seed, pages, period }, seconds, age, demand) {
      const warm = Math.min(1, age / (period / 10));
      demand.anonPages = pages * (0.25 + 0.6 * warm + 0.05 * smoothNoise(seed, seconds / 10));
      demand.committedPages = pages * 2;
      demand.cachePages = pages * 0.1;
    },
  },
  go: {
    summary: "A Go program: its heap doubles between collections, and what it freed goes back slowly.",
    hotShare: 0.6,
    touchSeconds: 5,
    demandAt({ seed, pages, period }, seconds, _age, demand) {
      const live = 0.3 + 0.15 * smoothNoise(seed, (seconds / period) * 8);
      const cycle = seconds / 20 + noise(seed, 0);
      const phase = cycle - Math.floor(cycle);
      const grown = phase < 0.7 ? phase / 0.7 : (1 - phase) / 0.3;
      demand.anonPages = pages * live * (1 + grown);
      demand.committedPages = pages * 1.6;
      demand.cachePages = pages * 0.1;
    },
  },
  batch: {
    summary: "Jobs at odd times, each of which takes its memory in one allocation and leaves.",
    hotShare: 0.8,
    touchSeconds: 10,
    demandAt({ seed, pages, period }, seconds, _age, demand) {
      const slot = (seconds / period) * 10;
      const index = Math.floor(slot);
      const start = 0.6 * noise(seed, index * 3);
      const length = 0.1 + 0.25 * noise(seed, index * 3 + 1);
      const runs = slot - index >= start && slot - index < start + length;
      const job = runs ? 0.4 + 0.5 * noise(seed, index * 3 + 2) : 0;
      demand.anonPages = pages * (0.05 + job);
      demand.committedPages = pages * (0.1 + job);
      demand.cachePages = pages * 0.05;
      demand.streamPagesPerSecond = runs ? 200 : 0;
    },
  },
  leak: {
    summary: "A program that leaks: steady growth over its period and beyond, until it is killed.",
    hotShare: 0.2,
    touchSeconds: 10,
    demandAt({ pages, period }, _seconds, age, demand) {
      demand.anonPages = pages * Math.min(8, 0.2 + 0.8 * (age / period));
      demand.committedPages = demand.anonPages + pages * 0.1;
      demand.cachePages = pages * 0.1;
    },
  },
  forkStorm: {
    summary: "Storms of processes: each promises its parent's memory, uses little, and costs the kernel some.",
    hotShare: 0.8,
    touchSeconds: 5,
    demandAt({ seed, pages, period }, seconds, _age, demand) {
      const slot = (seconds / period) * 20;
      const index = Math.floor(slot);
      const phase = (slot - index) / 0.3;
      const storm = noise(seed, index) < 0.7 && phase < 1 ? Math.min(1, 4 * phase, 4 - 4 * phase) : 0;
      demand.anonPages = pages * (0.1 + 0.6 * storm);
      demand.committedPages = pages * (0.2 + 3 * storm);
      demand.cachePages = pages * 0.1;
      demand.kernelPages = pages * 0.15 * storm;
    },
  },
} as const satisfies Record<string, Shape>;

export type WorkloadName = keyof typeof WORKLOADS;

/** The built-in workload `name`, scaled. */
export function createWorkload(name: WorkloadName, options: WorkloadOptions): Workload {
  const shape: Shape = WORKLOADS[name];
  const scale: Scale = {
    seed: options.seed,
    pages: pagesFromMib(options.sizeMib, PAGE_BYTES),
    period: options.periodSeconds ?? 86_400,
  };
  return {
    name,
    hotShare: shape.hotShare,
    touchSeconds: shape.touchSeconds,
    demandAt: (seconds, ageSeconds, demand) => shape.demandAt(scale, seconds, ageSeconds, demand),
  };
}

/** 0 at night, 1 at the height of the day, smooth between; `days` counts from midnight. */
function dayCurve(days: number): number {
  const phase = days - Math.floor(days);
  const height = 1 - Math.abs(2 * phase - 1);
  return height * height * (3 - 2 * height);
}
