import type { GuestSize, OpenBackend, Reading, WatchSample } from "../../src/core/backend.ts";
import { selfballoonError } from "../../src/core/errors.ts";
import type { Observation } from "../../src/core/observation.ts";
import { observationOf } from "./observations.ts";

/** A backend of guests that follow their targets at once, and that a test may make fail. */
export class ScriptedBackend implements OpenBackend {
  /** What was asked of the balloons, in order; a release is `full`. */
  readonly targets: { readonly guest: string; readonly pages: number | "full" }[] = [];
  /** Readings that replace the usual ones, by guest. */
  readonly readings = new Map<string, Partial<Observation>>();
  /** What goes wrong when a guest is observed. */
  readonly faults = new Map<string, "fault" | "hang" | "bug">();
  /** Guests whose balloons take their time: they note the target, and a test says how far they are. */
  readonly slow = new Set<string>();
  readonly names: Set<string>;
  closed = false;

  constructor(...names: readonly string[]) {
    this.names = new Set(names);
  }

  async guests(): Promise<readonly string[]> {
    return [...this.names];
  }

  async observe(guest: string): Promise<Reading> {
    const fault = this.faults.get(guest);
    if (fault === "hang") await new Promise(() => {});
    if (fault === "bug") throw new TypeError("undefined is not a function");
    if (fault === "fault") throw selfballoonError("ERR_FORMAT", { what: guest, expected: "sense", problem: "none" });
    return { observation: { ...observationOf({ guest }), ...this.readings.get(guest) }, notices: [] };
  }

  watch(guest: string): WatchSample | null {
    const { availablePages = null, totalramPages = 250_000 } = this.readings.get(guest) ?? {};
    return { availablePages, totalramPages };
  }

  async apply(guest: string, pages: number): Promise<void> {
    this.targets.push({ guest, pages });
    if (this.slow.has(guest)) return;
    const { totalramPages = 250_000, balloonCurrentPages = 262_144, ...rest } = this.readings.get(guest) ?? {};
    const movedPages = pages - (balloonCurrentPages ?? 0);
    this.readings.set(guest, { ...rest, totalramPages: (totalramPages ?? 0) + movedPages, balloonCurrentPages: pages });
  }

  async size(): Promise<GuestSize | null> {
    return null;
  }

  async release(guest: string): Promise<void> {
    if (this.faults.get(guest) === "fault") throw selfballoonError("ERR_DEADLINE", { what: guest, deadlineMs: 1 });
    this.targets.push({ guest, pages: "full" });
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
