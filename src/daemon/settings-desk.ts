import {
  type Controls,
  changeGuest,
  inForce,
  settingsOf,
  termsOf,
  tunablesOf,
  withGuestSettings,
} from "../core/controls/controls.ts";
import { type GuestSettingStatus, listSettings } from "../core/controls/guest-setting-status.ts";
import { type AllGuestSettings, namedSettings, type SettingChanges } from "../core/controls/guest-settings.ts";
import { selfballoonError } from "../core/errors.ts";
import type { GuestTerms } from "../core/limits.ts";
import type { Settings } from "../core/settings.ts";
import { findTunable, type Tunables } from "../core/tunables.ts";
import type { GuestRunner } from "./guest-runner.ts";
import type { Journal } from "./journal.ts";
import type { Mind } from "./mind.ts";

/** Where what was set for single guests is kept over a restart of the daemon. */
export interface GuestSettingsStore {
  /** What was kept; nothing where there is nothing, or nothing that can be read and holds by the rules of today. */
  load(settings: Settings): AllGuestSettings;
  save(all: AllGuestSettings): void;
}

/** What the desk works with. */
export interface SettingsTools {
  readonly journal: Journal;
  readonly mind: Mind;
  readonly store: GuestSettingsStore | null;
  /** What the operator says now, and how another word of his takes effect. */
  readonly controls: () => Controls;
  readonly carryOut: (controls: Controls) => void;
  readonly runner: (guest: string) => GuestRunner | undefined;
  /** A guest's terms by the configuration alone; null where no host is shared. */
  readonly configuredTerms: (guest: string) => GuestTerms | null;
}

/** Takes what the operator sets for single guests while the daemon runs. */
export class SettingsDesk {
  private readonly tools: SettingsTools;

  constructor(tools: SettingsTools) {
    this.tools = tools;
  }

  /** What was set before the daemon was started again. */
  restored(): Controls {
    const { controls, store } = this.tools;
    const before = controls();
    return store === null ? before : withGuestSettings(before, store.load(before.configured.settings));
  }

  /** Names of what is set for a guest. */
  namesOf(guest: string): readonly string[] {
    return Object.keys(namedSettings(settingsOf(this.tools.controls(), guest)));
  }

  /** @throws ERR_GUEST_UNKNOWN, ERR_NO_GUEST_SETTINGS. */
  list(guest: string): readonly GuestSettingStatus[] {
    return this.listOf(guest, this.runnerOf(guest));
  }

  /** All of the changes or none; what they change for the guest is judged at once. @throws as `ControlPort.changeGuest`. */
  change(guest: string, changes: SettingChanges, privileged: boolean): readonly GuestSettingStatus[] {
    const { controls, carryOut, journal, mind, store } = this.tools;
    const configured = this.termsOf(guest);
    const runner = this.runnerOf(guest);
    const old = runner?.env.tunables;
    carryOut(changeGuest(controls(), guest, changes, configured, privileged));
    const named = namedSettings(settingsOf(controls(), guest));
    const names = Object.keys(changes);
    const values = Object.fromEntries(names.map((name) => [name, named[name] ?? null]));
    journal.add({ kind: "settings", guest, values, ...mind.changeRules() });
    if (runner !== undefined && old !== undefined) {
      for (const name of names) {
        const row = findTunable(name);
        if (row !== null) runner.noteWrite(row.name, old);
      }
      runner.settle();
      runner.stepSoon();
    }
    store?.save(controls().guestSettings);
    return this.listOf(guest, runner);
  }

  private listOf(guest: string, runner: GuestRunner | undefined): readonly GuestSettingStatus[] {
    const controls = this.tools.controls();
    const configuredTerms = this.termsOf(guest);
    const reservedMb = runner?.reservedMb ?? 0;
    const tunables = (by: Controls): Tunables =>
      tunablesOf(by, guest, reservedMb, termsOf(by, guest, configuredTerms).isManaged);
    return listSettings({
      set: settingsOf(controls, guest),
      configuredTerms,
      tunables: tunables(controls),
      configuredTunables: tunables(withGuestSettings(controls, new Map())),
      ownTunables: controls.configured.guestTunables(guest),
      namedByFleet: controls.configured.namedByFleet?.(guest) ?? [],
      sources: inForce(controls).sources,
      hasCompressedSwap: controls.configured.settings.hasCompressedSwap,
    });
  }

  private termsOf(guest: string): GuestTerms {
    const terms = this.tools.configuredTerms(guest);
    if (terms === null) throw selfballoonError("ERR_NO_GUEST_SETTINGS");
    return terms;
  }

  /** One that is away is known as long as something is set for it. */
  private runnerOf(guest: string): GuestRunner | undefined {
    const runner = this.tools.runner(guest);
    if (runner !== undefined || this.tools.controls().guestSettings.has(guest)) return runner;
    throw selfballoonError("ERR_GUEST_UNKNOWN", { guest: guest.slice(0, 128) });
  }
}
