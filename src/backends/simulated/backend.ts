import type { Backend, GuestSize, OpenBackend, Reading, WatchSample } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";
import { finding } from "../../core/finding.ts";
import { kibFromPages } from "../../core/units.ts";
import { createSimHost, type SimHost } from "../../sim/host.ts";
import { PAGE_BYTES } from "../../sim/watermarks.ts";
import { type SimulatedPlan, simulatedGuests } from "./guests.ts";

/** The most virtual time that passes at one call; after a longer pause the rest is left out. */
const MAX_CATCH_UP_MS = 60_000;

/** What the simulated backend is given. */
export interface SimulatedOptions {
  /** Real time in milliseconds, never backwards; it drives the guests' virtual clock. */
  readonly nowMs: () => number;
  readonly host?: SimHost;
  /** What the host is made of where none is given. Default: six guests of 512 MiB to 8 GiB with different loads. */
  readonly plan?: SimulatedPlan;
}

/** The default guests have the same days each time. */
const DEFAULT_PLAN: SimulatedPlan = { guests: 6, seed: 1, isRestless: false };

/** A host of simulated guests, for trying things out anywhere. Always usable. */
export function createSimulatedBackend(options: SimulatedOptions): Backend {
  const host = options.host ?? createSimHost({ guests: simulatedGuests(options.plan ?? DEFAULT_PLAN) });
  return {
    name: "simulated",
    traits: { place: "host", isReal: false, hasBalloons: true, isHere: true },
    probe: () => Promise.resolve({ usable: true, found: `a simulated host of ${host.guests().length} guests` }),
    examine: async () => [
      finding("info", "`run` would start simulated guests here: they move nothing of this machine."),
    ],
    open: () => Promise.resolve(new SimulatedHost(host, options.nowMs)),
  };
}

class SimulatedHost implements OpenBackend {
  private readonly host: SimHost;
  private readonly nowMs: () => number;
  private lastMs: number;

  constructor(host: SimHost, nowMs: () => number) {
    this.host = host;
    this.nowMs = nowMs;
    this.lastMs = nowMs();
  }

  async guests(): Promise<readonly string[]> {
    this.catchUp();
    return this.host.guests();
  }

  async observe(guest: string): Promise<Reading> {
    this.catchUp();
    return { observation: this.host.observe(guest), notices: [] };
  }

  watch(guest: string): WatchSample {
    this.catchUp();
    return this.host.observe(guest);
  }

  async size(guest: string): Promise<GuestSize | null> {
    this.catchUp();
    const { balloonCurrentPages, balloonMaxPages, pageBytes } = this.host.observe(guest);
    if (balloonCurrentPages === null || balloonMaxPages === null) return null;
    return { currentBytes: balloonCurrentPages * pageBytes, maximumBytes: balloonMaxPages * pageBytes };
  }

  async apply(guest: string, balloonTargetPages: number, pageBytes: number): Promise<void> {
    this.catchUp();
    const maxPages = this.host.observe(guest).balloonMaxPages ?? 0;
    if (!Number.isSafeInteger(balloonTargetPages) || balloonTargetPages <= 0 || balloonTargetPages > maxPages)
      throw unsafe(balloonTargetPages, maxPages, pageBytes);
    this.host.setTarget(guest, Math.floor((balloonTargetPages * pageBytes) / PAGE_BYTES));
  }

  async release(guest: string, maxBytes: number | null): Promise<void> {
    this.catchUp();
    const { balloonMaxPages } = this.host.observe(guest);
    const maxPages = maxBytes === null ? Number.POSITIVE_INFINITY : Math.floor(maxBytes / PAGE_BYTES);
    if (balloonMaxPages !== null) this.host.setTarget(guest, Math.min(balloonMaxPages, maxPages));
  }

  async close(): Promise<void> {}

  private catchUp(): void {
    const nowMs = this.nowMs();
    this.host.advance(Math.min(MAX_CATCH_UP_MS, Math.max(0, nowMs - this.lastMs)));
    this.lastMs = nowMs;
  }
}

function unsafe(targetPages: number, maxPages: number, pageBytes: number): Error {
  return selfballoonError("ERR_TARGET_UNSAFE", {
    leastKib: kibFromPages(1, pageBytes),
    mostKib: kibFromPages(maxPages, pageBytes),
    targetKib: kibFromPages(targetPages, pageBytes),
  });
}
