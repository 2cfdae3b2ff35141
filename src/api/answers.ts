import type { GuestStatus, TunableStatus } from "../core/control.ts";
import type { GuestSettingStatus } from "../core/controls/guest-setting-status.ts";
import type { SettingMeaning } from "../core/controls/setting-meaning.ts";
import type { Figures } from "../core/figures.ts";
import type { HostStanding } from "../core/host/standing.ts";
import type { Clamp, Reason } from "../core/reasons.ts";
import type { TunableRow } from "../core/tunables.ts";

/** Whether the daemon answers, and what it does. */
export interface HealthAnswer {
  readonly ok: boolean;
  readonly doing: string;
  readonly version: string;
  /** The page's address; null where it is not served over TCP. */
  readonly url: string | null;
}

/** A guest as it stands, with its figures in bytes. */
export type GuestAnswer = GuestStatus & { readonly figures: Figures | null };

/** How the memory of the guests' host stands; null where none is shared. */
export interface HostAnswer {
  readonly host: HostStanding | null;
}

/** A tunable as it stands, and what it means. */
export type TunableAnswer = TunableStatus &
  Pick<TunableRow, "kind" | "unit" | "min" | "max" | "startRule" | "summary"> & { readonly range: string };

/** One setting of one guest as it stands, and what it means. */
export type GuestSettingAnswer = GuestSettingStatus & SettingMeaning;

/** What reasons and clamps mean, in a sentence each. */
export interface ReasonsAnswer {
  readonly reasons: Readonly<Record<Reason, string>>;
  readonly clamps: Readonly<Record<Clamp, string>>;
}
