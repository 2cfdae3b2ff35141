import { hostname } from "node:os";
import type { Config, FleetSection } from "../config/load.ts";
import { ALL_GUESTS } from "../core/all-guests.ts";
import {
  type FleetSettings,
  judgeFleetSettings,
  type RefusedSetting,
  rulesWithFleet,
} from "../core/controls/fleet-settings.ts";
import { namedSettings } from "../core/controls/guest-settings.ts";
import { selfballoonError } from "../core/errors.ts";
import type { HostRules } from "../core/host/rules.ts";
import { createSettings } from "../core/settings.ts";
import { shownText } from "../core/shown-text.ts";
import type { Journal } from "../daemon/journal.ts";
import type { Worker } from "../daemon/worker.ts";
import { hostNameFrom } from "../fleet/names.ts";
import { type SettingsPort, saidIn } from "../fleet/settings-reader.ts";
import type { KeptDocuments } from "../fleet/settings-wire.ts";
import { addFault } from "./add-fault.ts";
import { type FleetSettingsStore, fleetSettingsStore } from "./fleet-settings-store.ts";
import type { LiveConfiguration } from "./live-configuration.ts";

/** Refused settings that are told one by one. */
const MAX_TOLD = 16;

/** What the fleet's settings are carried out with. */
export interface FleetSettingsTools {
  readonly live: LiveConfiguration;
  readonly section: FleetSection;
  readonly journal: Journal;
  /** Null where nothing is kept. */
  readonly store: FleetSettingsStore | null;
}

/** Carries out what the fleet sets for this host, keeps it, and tells what is refused. */
export class HostFleetSettings implements SettingsPort {
  documents: KeptDocuments = {};
  private readonly tools: FleetSettingsTools;
  private worker: Pick<Worker, "takeFleet"> | null = null;

  constructor(tools: FleetSettingsTools) {
    this.tools = tools;
  }

  get refused(): readonly RefusedSetting[] {
    return this.tools.live.refused;
  }

  /** Begin with what was taken before the daemon was started again. */
  restore(): void {
    const { store } = this.tools;
    if (store !== null) this.judge(store.load());
  }

  /** From now on there is somebody to tell. */
  attach(worker: Pick<Worker, "takeFleet">): void {
    this.worker = worker;
  }

  take(documents: KeptDocuments): void {
    const { live, store } = this.tools;
    this.judge(documents);
    this.worker?.takeFleet(live.configured, live.rules);
    store?.save(documents);
  }

  private judge(documents: KeptDocuments): void {
    const { live, section } = this.tools;
    this.documents = documents;
    this.tell(live.takeFleet(saidIn(documents, hostOf(section), section.labels)));
  }

  private tell({ tunables, guests, refused }: FleetSettings): void {
    const { journal } = this.tools;
    const ofGuests = guests.reduce((sum, { set }) => sum + Object.keys(namedSettings(set)).length, 0);
    const taken = Object.keys(tunables).length + ofGuests;
    if (taken > 0 || refused.length > 0 || this.worker !== null) {
      const notice = { code: "fleet_settings", details: { taken, refused: refused.length } } as const;
      journal.add({ kind: "notice", guest: ALL_GUESTS, notice });
    }
    for (const { scope, guest, name, problem: why } of refused.slice(0, MAX_TOLD)) {
      const whom = guest === null ? scope : `${scope}, guests ${shownText(guest)}`;
      addFault(
        journal,
        selfballoonError("ERR_FLEET_SETTING", { scope: whom, name: shownText(name, 64), problem: why }),
      );
    }
  }
}

/** What the fleet calls this host. */
export function hostOf({ name }: FleetSection): string {
  return name ?? hostNameFrom(hostname());
}

/**
 * What carries out the fleet's settings; with what was taken before, if it is kept.
 * @param keptIn where that is; null: nowhere.
 */
export function fleetSettingsOf(
  section: FleetSection,
  live: LiveConfiguration,
  journal: Journal,
  keptIn: Pick<Config, "socket" | "stateDirectory"> | null,
): HostFleetSettings {
  const store = keptIn === null ? null : fleetSettingsStore(keptIn, (problem) => addFault(journal, problem));
  const settings = new HostFleetSettings({ live, section, journal, store });
  settings.restore();
  return settings;
}

/** The rules by what the fleet had set when a daemon ran last; what is wrong with the file is told by the daemon. */
export function rulesAsKept(
  rules: HostRules,
  section: FleetSection,
  config: Pick<Config, "socket" | "stateDirectory">,
): HostRules {
  const said = saidIn(fleetSettingsStore(config, () => {}).load(), hostOf(section), section.labels);
  return rulesWithFleet(rules, judgeFleetSettings(said, createSettings({ hasCompressedSwap: true }), true));
}
