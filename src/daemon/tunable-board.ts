import type { TunableChanges, TunableStatus } from "../core/control.ts";
import { refusedWrite } from "../core/refused-write.ts";
import { type Configured, existingTunables, resetSetting, writeSetting } from "../core/settings.ts";
import type { TunableName, Tunables } from "../core/tunables.ts";
import { pacedTunables } from "./watch-pace.ts";

/** One accepted write: what was in force before it and after it. */
export interface Write {
  readonly name: TunableName;
  readonly before: Configured;
  readonly after: Configured;
}

/**
 * The tunables in force for a guest under `configured`. Where start-up could not compute `selfballoon_reserved_mb`,
 * because there are several guests, each has its own default. Selfballooning that was turned off at run time, as
 * `release` does, is off for every guest, whatever the configuration says of single ones.
 */
export function effectiveTunables(configured: Configured, guest: string, startReservedMb: number): Tunables {
  const { settings, sources, guestTunables } = configured;
  const isOwn =
    settings.defaults.selfballoon_reserved_mb === 0 && (sources.selfballoon_reserved_mb ?? "default") === "default";
  const own = isOwn ? { selfballoon_reserved_mb: startReservedMb } : {};
  const isOff = settings.values.selfballooning === 0 && sources.selfballooning === "runtime";
  const off = isOff ? { selfballooning: 0 } : {};
  return { ...settings.values, ...own, ...guestTunables(guest), ...off };
}

/** A guest's tunables, and what they were worked out from. */
interface InForce {
  readonly startReservedMb: number;
  readonly watched: number;
  readonly tunables: Tunables;
}

/** The tunables that the daemon runs with, and where each value comes from. */
export class TunableBoard {
  private configured: Configured;
  /** Kept until something changes: the watch asks ten times a second for each guest. */
  private readonly inForce = new Map<string, InForce>();

  constructor(configured: Configured) {
    this.configured = configured;
  }

  get hasCompressedSwap(): boolean {
    return this.configured.settings.hasCompressedSwap;
  }

  /** What is in force for guests that the operator has not named. */
  get values(): Tunables {
    return this.configured.settings.values;
  }

  /** What is in force for `guest`, while so many guests are watched. */
  forGuest(guest: string, startReservedMb: number, watched: number): Tunables {
    const kept = this.inForce.get(guest);
    if (kept?.startReservedMb === startReservedMb && kept.watched === watched) return kept.tunables;
    const tunables = pacedTunables(effectiveTunables(this.configured, guest, startReservedMb), watched);
    this.inForce.set(guest, { startReservedMb, watched, tunables });
    return tunables;
  }

  /** The guest is gone. */
  forget(guest: string): void {
    this.inForce.delete(guest);
  }

  list(): readonly TunableStatus[] {
    const { settings, sources } = this.configured;
    return existingTunables(settings).map((name) => ({
      name,
      value: settings.values[name],
      default: settings.defaults[name],
      source: sources[name] ?? "default",
    }));
  }

  /**
   * Write or reset tunables: all of them or, if one is refused, none.
   * @returns the writes, in order.
   */
  change(changes: TunableChanges, privileged: boolean): readonly Write[] {
    const writes: Write[] = [];
    let { configured } = this;
    for (const [name, text] of Object.entries(changes)) {
      const { settings } = configured;
      const change =
        text === null ? resetSetting(settings, name, privileged) : writeSetting(settings, name, text, privileged);
      if (!change.ok) throw refusedWrite(settings, name, text, change.refusal);
      const sources = { ...configured.sources, [change.name]: text === null ? "default" : "runtime" };
      const after: Configured = { ...configured, settings: change.settings, sources };
      writes.push({ name: change.name, before: configured, after });
      configured = after;
    }
    this.replace(configured);
    return writes;
  }

  /** Take over a configuration that was read anew. What was changed at run time gives way to it. */
  configure(after: Configured): readonly Write[] {
    const before = this.configured;
    this.replace(after);
    return existingTunables(after.settings)
      .filter((name) => before.settings.values[name] !== after.settings.values[name])
      .map((name) => ({ name, before, after }));
  }

  private replace(configured: Configured): void {
    this.configured = configured;
    this.inForce.clear();
  }
}
