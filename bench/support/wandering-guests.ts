import type { OpenBackend, Reading, WatchSample } from "../../src/core/backend.ts";
import type { CompleteObservation } from "../../src/core/observation.ts";
import { observationOf } from "../../test/support/observations.ts";

const MIB = 256;
const MAXIMUM_PAGES = 2048 * MIB;
const PERIOD_MS = 60_000;

/** Guests of 2 GiB that follow their targets at once and whose demand rises and falls all the time: each step moves. */
export class WanderingGuests implements OpenBackend {
  private readonly current = new Map<string, number>();
  private readonly phases = new Map<string, number>();
  private readonly sample: WatchSample = { availablePages: null, totalramPages: null };

  constructor(count: number) {
    for (let index = 0; index < count; index += 1) {
      this.current.set(`guest-${index}`, MAXIMUM_PAGES);
      this.phases.set(`guest-${index}`, (index / count) * 2 * Math.PI);
    }
  }

  async guests(): Promise<readonly string[]> {
    return [...this.current.keys()];
  }

  async observe(guest: string): Promise<Reading> {
    return { observation: this.read(guest), notices: [] };
  }

  watch(guest: string): WatchSample {
    const totalramPages = this.current.get(guest) ?? 0;
    this.sample.totalramPages = totalramPages;
    this.sample.availablePages = totalramPages - this.usedPages(guest);
    return this.sample;
  }

  async size(): Promise<null> {
    return null;
  }

  async apply(guest: string, pages: number): Promise<void> {
    this.current.set(guest, pages);
  }

  async release(guest: string): Promise<void> {
    this.current.set(guest, MAXIMUM_PAGES);
  }

  async close(): Promise<void> {}

  private usedPages(guest: string): number {
    const turn = (performance.now() / PERIOD_MS) * 2 * Math.PI + (this.phases.get(guest) ?? 0);
    return Math.floor((400 + 100 * Math.sin(turn)) * MIB);
  }

  private read(guest: string): CompleteObservation {
    const totalramPages = this.current.get(guest) ?? 0;
    const usedPages = this.usedPages(guest);
    return observationOf({
      t: performance.now() / 1000,
      guest,
      totalramPages,
      committedPages: usedPages + 300 * MIB,
      totalreservePages: 12 * MIB,
      maxPfn: MAXIMUM_PAGES,
      balloonCurrentPages: totalramPages,
      balloonMaxPages: MAXIMUM_PAGES,
      availablePages: totalramPages - usedPages,
    });
  }
}
