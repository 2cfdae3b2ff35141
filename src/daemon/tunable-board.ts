import type { TunableChanges, TunableStatus } from "../core/control.ts";
import { refusedWrite } from "../core/refused-write.ts";
import { type Configured, existingTunables, resetSetting, writeSetting } from "../core/settings.ts";
import type { TunableName } from "../core/tunables.ts";

/** One accepted write: what was in force before it and after it. */
export interface Write {
  readonly name: TunableName;
  readonly before: Configured;
  readonly after: Configured;
}

/** The tunables that the daemon runs with, and where each value comes from. */
export class TunableBoard {
  private configured: Configured;
  private isReleased = false;

  constructor(configured: Configured) {
    this.configured = configured;
  }

  get hasCompressedSwap(): boolean {
    return this.configured.settings.hasCompressedSwap;
  }

  /** What is in force for a guest, and where it comes from. */
  get inForce(): Configured {
    return this.configured;
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
    this.configured = configured;
    if (Object.hasOwn(changes, "selfballooning")) this.isReleased = false;
    return writes;
  }

  /** Turn selfballooning off, over reloads too, until somebody turns it on. @returns the writes, in order. */
  release(): readonly Write[] {
    const writes = this.change({ selfballooning: "0" }, true);
    this.isReleased = true;
    return writes;
  }

  /** Take over a configuration that was reloaded. What was changed at run time gives way to it, but for a release. */
  configure(reloaded: Configured): readonly Write[] {
    const before = this.configured;
    const after = this.isReleased ? turnedOff(reloaded) : reloaded;
    this.configured = after;
    return existingTunables(after.settings)
      .filter((name) => before.settings.values[name] !== after.settings.values[name])
      .map((name) => ({ name, before, after }));
  }
}

function turnedOff(configured: Configured): Configured {
  const change = writeSetting(configured.settings, "selfballooning", "0", true);
  if (!change.ok) return configured;
  return { ...configured, settings: change.settings, sources: { ...configured.sources, selfballooning: "runtime" } };
}
