import { type Controls, tunablesOf } from "../core/controls/controls.ts";
import { handOf } from "../core/controls/hands.ts";
import type { Safety } from "../core/guard/names.ts";
import type { GuestEnv } from "../core/guest/events.ts";
import { pacedTunables } from "../core/guest/watch-pace.ts";
import type { HostRules } from "../core/host/rules.ts";

/** What holds for all guests. */
export interface EnvOptions {
  readonly isDryRun: boolean;
  /** Safeties of the guard that a scenario leaves out. */
  readonly without?: ReadonlySet<Safety>;
}

/** A guest's environment, and what it was worked out from. */
interface Kept {
  readonly reservedMb: number;
  readonly env: GuestEnv;
}

/** What each guest's decisions depend on besides its readings. Kept until something changes: the watch asks all the time. */
export class GuestEnvs {
  private readonly options: EnvOptions;
  private readonly kept = new Map<string, Kept>();
  private watchedGuests = 0;
  private controls: Controls;
  private rules: HostRules | null;

  constructor(options: EnvOptions, controls: Controls, rules: HostRules | null) {
    this.options = options;
    this.controls = controls;
    this.rules = rules;
  }

  /** @param reservedMb the guest's own default of `selfballoon_reserved_mb`. */
  of(guest: string, reservedMb: number): GuestEnv {
    const kept = this.kept.get(guest);
    if (kept?.reservedMb === reservedMb) return kept.env;
    const env = this.make(guest, reservedMb);
    this.kept.set(guest, { reservedMb, env });
    return env;
  }

  /** So many guests are looked at between their steps. */
  set watched(guests: number) {
    if (guests !== this.watchedGuests) this.kept.clear();
    this.watchedGuests = guests;
  }

  get watched(): number {
    return this.watchedGuests;
  }

  /** What the operator says, of guests and of their host, is something else from now on. */
  configure(controls: Controls, rules: HostRules | null): void {
    this.controls = controls;
    this.rules = rules;
    this.kept.clear();
  }

  /** The guest has disappeared. */
  forget(guest: string): void {
    this.kept.delete(guest);
  }

  private make(guest: string, reservedMb: number): GuestEnv {
    const { controls, rules } = this;
    const { isDryRun, without } = this.options;
    const hand = handOf(controls.hands, guest);
    const terms = rules?.terms(guest);
    return {
      tunables: pacedTunables(tunablesOf(controls, guest, reservedMb, terms?.isManaged), this.watchedGuests),
      hasCompressedSwap: controls.configured.settings.hasCompressedSwap,
      isDryRun,
      isPaused: hand === "paused",
      isReleased: hand === "released",
      host: rules === null || terms === undefined ? null : { budget: rules.budget, terms },
      ...(without === undefined ? {} : { without }),
    };
  }
}
