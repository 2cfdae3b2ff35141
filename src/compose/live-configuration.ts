import {
  configuredWithFleet,
  type FleetSettings,
  judgeFleetSettings,
  NO_FLEET_SETTINGS,
  type RefusedSetting,
  rulesWithFleet,
  type ScopeSettings,
} from "../core/controls/fleet-settings.ts";
import type { HostRules } from "../core/host/rules.ts";
import type { Configured } from "../core/settings.ts";

/** What file, environment and flags say. */
export interface OwnConfiguration {
  readonly configured: Configured;
  /** Null where no host is shared. */
  readonly rules: HostRules | null;
}

/** What is configured now: by what this machine says itself, and by its fleet. */
export class LiveConfiguration {
  private own: OwnConfiguration;
  private said: readonly ScopeSettings[] = [];
  private fleet: FleetSettings = NO_FLEET_SETTINGS;

  constructor(own: OwnConfiguration) {
    this.own = own;
  }

  get configured(): Configured {
    return configuredWithFleet(this.own.configured, this.fleet);
  }

  get rules(): HostRules | null {
    const { rules } = this.own;
    return rules === null ? null : rulesWithFleet(rules, this.fleet);
  }

  /** What of the fleet's settings this machine does not take. */
  get refused(): readonly RefusedSetting[] {
    return this.fleet.refused;
  }

  /** The file was read again. */
  reload(own: OwnConfiguration): void {
    this.own = own;
    this.takeFleet(this.said);
  }

  /** @returns what is taken of what the fleet says, and what is refused. */
  takeFleet(said: readonly ScopeSettings[]): FleetSettings {
    this.said = said;
    this.fleet = judgeFleetSettings(said, this.own.configured.settings, this.own.rules !== null);
    return this.fleet;
  }
}
