import type { Safety } from "../core/guard/names.ts";
import type { GuestEnv } from "../core/guest/events.ts";
import { pacedTunables } from "../core/guest/watch-pace.ts";
import type { HostRules } from "../core/host/rules.ts";
import { type Configured, effectiveTunables } from "../core/settings.ts";

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
  /** Names, not states: a guest that reboots stays paused. */
  private readonly paused = new Set<string>();
  private watchedGuests = 0;
  private configured: Configured;
  private rules: HostRules | null;

  constructor(options: EnvOptions, configured: Configured, rules: HostRules | null) {
    this.options = options;
    this.configured = configured;
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

  isPaused(guest: string): boolean {
    return this.paused.has(guest);
  }

  pause(guest: string, isPaused: boolean): void {
    if (isPaused) this.paused.add(guest);
    else this.paused.delete(guest);
    this.kept.delete(guest);
  }

  /** So many guests are looked at between their steps. */
  set watched(guests: number) {
    if (guests !== this.watchedGuests) this.kept.clear();
    this.watchedGuests = guests;
  }

  get watched(): number {
    return this.watchedGuests;
  }

  configure(configured: Configured, rules: HostRules | null): void {
    this.configured = configured;
    this.rules = rules;
    this.kept.clear();
  }

  /** The guest has disappeared. */
  forget(guest: string): void {
    this.kept.delete(guest);
  }

  private make(guest: string, reservedMb: number): GuestEnv {
    const { configured, rules } = this;
    const { isDryRun, without } = this.options;
    return {
      tunables: pacedTunables(effectiveTunables(configured, guest, reservedMb), this.watchedGuests),
      hasCompressedSwap: configured.settings.hasCompressedSwap,
      isDryRun,
      isPaused: this.paused.has(guest),
      host: rules === null ? null : { budget: rules.budget, terms: rules.terms(guest) },
      ...(without === undefined ? {} : { without }),
    };
  }
}
