import { setTimeout as sleep } from "node:timers/promises";
import type { QemuGuest } from "../rig.ts";

const INTERVAL_MS = 200;

/** What all guests together had at one moment, in MiB. */
export interface Sample {
  /** Wall clock, in ms since 1970. */
  readonly atMs: number;
  /** By guest, in their order. */
  readonly actualMib: readonly number[];
  /** Resident memory of all QEMU processes. */
  readonly rssMib: number;
}

/** Looks at the guests from outside, by QEMU's own word, until it is stopped. */
export class Sampler {
  readonly samples: Sample[] = [];
  private readonly guests: readonly QemuGuest[];
  private stopped = false;
  private readonly running: Promise<void>;

  constructor(guests: readonly QemuGuest[]) {
    this.guests = guests;
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const actualMib = await Promise.all(this.guests.map((guest) => guest.actualMib()));
      const rssMib = sum(await Promise.all(this.guests.map((guest) => guest.rssMib())));
      this.samples.push({ atMs: Date.now(), actualMib, rssMib });
      await sleep(INTERVAL_MS);
    }
  }
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
