import type { GuestSize, OpenBackend, Reading, WatchSample } from "../../src/core/backend.ts";
import { type SelfballoonError, selfballoonError } from "../../src/core/errors.ts";
import type { Observation } from "../../src/core/observation.ts";
import { observationOf } from "./observations.ts";

/** What a guest of which a test says nothing may have. */
const MAXIMUM_PAGES = 262_144;

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
  /** What keeps some guests from being found. */
  wrong: readonly SelfballoonError[] = [];
  /** Says that guests may have come or gone. */
  say: () => void = () => {};

  constructor(...names: readonly string[]) {
    this.names = new Set(names);
  }

  listen(onChange: () => void): void {
    this.say = onChange;
  }

  problems(): readonly SelfballoonError[] {
    return this.wrong;
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
    if (!this.slow.has(guest)) this.move(guest, pages);
  }

  private move(guest: string, pages: number): void {
    const { totalramPages = 250_000, balloonCurrentPages = 262_144, ...rest } = this.readings.get(guest) ?? {};
    const movedPages = pages - (balloonCurrentPages ?? 0);
    const ramPages = totalramPages === null ? null : totalramPages + movedPages;
    this.readings.set(guest, { ...rest, totalramPages: ramPages, balloonCurrentPages: pages });
  }

  /** What is seen from the host: it does not depend on whether the guest can be read. */
  async size(guest: string): Promise<GuestSize> {
    const { balloonCurrentPages, balloonMaxPages, pageBytes } = {
      ...observationOf({ guest }),
      ...this.readings.get(guest),
    };
    const currentPages = balloonCurrentPages ?? 0;
    return {
      currentBytes: currentPages * pageBytes,
      maximumBytes: Math.max(currentPages, balloonMaxPages ?? MAXIMUM_PAGES) * pageBytes,
    };
  }

  async release(guest: string, maxBytes: number | null): Promise<void> {
    if (this.faults.get(guest) === "fault") throw selfballoonError("ERR_DEADLINE", { what: guest, deadlineMs: 1 });
    const { maximumBytes } = await this.size(guest);
    const isAll = maxBytes === null || maxBytes >= maximumBytes;
    const pages = Math.floor((isAll ? maximumBytes : maxBytes) / 4096);
    this.targets.push({ guest, pages: isAll ? "full" : pages });
    if (!this.slow.has(guest)) this.move(guest, pages);
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
