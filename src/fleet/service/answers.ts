import type { HostAdvice } from "../advice.ts";
import type { FleetEvent, HostView } from "../fleet-view.ts";
import type { GuestSummary } from "../guest-summary.ts";
import type { SettingsOverview } from "../settings-overview.ts";

/** A fleet as it stands. */
export interface FleetAnswer {
  readonly hosts: readonly HostView[];
  /** Messages of hosts beyond the most that are shown. */
  readonly ignored: number;
  /** How much there is to look at in what is set for many: roll-outs that are not done, and what hosts refuse. */
  readonly news: number;
}

/** A guest, and where it is; `isStale` as its host. */
export interface PlacedGuest extends GuestSummary {
  readonly host: string;
  readonly isStale: boolean;
  /** What it lacks to its goal; 0 where it stands well. */
  readonly missingMb: number;
}

/** Guests that were asked for, those first that need it most, and how many there are of them in all. */
export interface FleetGuestsAnswer {
  readonly guests: readonly PlacedGuest[];
  readonly found: number;
}

/** One host, with its guests. */
export interface FleetHostAnswer extends HostView {
  readonly guests: readonly GuestSummary[];
}

/** What happened last on the hosts, newest first. */
export interface FleetEventsAnswer {
  readonly events: readonly FleetEvent[];
}

/** Whose move would help. */
export interface FleetAdviceAnswer {
  readonly advice: readonly HostAdvice[];
}

/** What is set for many, and whether this service takes changes of it. */
export interface FleetSettingsAnswer extends SettingsOverview, Pick<FleetAnswer, "news"> {
  /** False: it has no token that could be shown, or can't write. */
  readonly canChange: boolean;
}

/** What became of a change, or would. */
export interface SettingsChanged {
  readonly scope: string;
  /** Hosts that it is for now. */
  readonly hosts: number;
  /** Those that have it first; empty: all get it at once. */
  readonly first: readonly string[];
  /** What tells its roll-out from others of the scope; null where none was begun. */
  readonly id: string | null;
  /** What comes of values that are allowed and that few mean. */
  readonly risks: readonly string[];
}

/** Whose roll-out was begun again, and on which hosts, or taken back. */
export interface RolloutOrdered {
  readonly scope: string;
  readonly first: readonly string[];
}
