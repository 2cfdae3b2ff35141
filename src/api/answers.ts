import type { GuestStatus, TunableStatus } from "../core/control.ts";
import type { GuestSettingStatus } from "../core/controls/guest-setting-status.ts";
import type { SettingMeaning } from "../core/controls/setting-meaning.ts";
import type { Figures } from "../core/figures.ts";
import type { HostPoint } from "../core/history.ts";
import type { HostStanding } from "../core/host/standing.ts";
import type { Clamp, Reason } from "../core/reasons.ts";
import type { ToldRecord } from "../core/severity.ts";
import type { TunableRow } from "../core/tunables.ts";

/** Whether the daemon answers, and what it does. */
export interface HealthAnswer {
  readonly ok: boolean;
  readonly doing: string;
  readonly version: string;
  /** The page's address; null where it is not served over TCP. */
  readonly url: string | null;
}

/** A part of what a guest's target is made of, in bytes; below 0 where the target has less than the parts before it. */
export interface PartAnswer {
  readonly name: string;
  readonly bytes: number;
}

/** A guest as it stands, with its figures in bytes, and what its target is made of: empty where that is not known. */
export type GuestAnswer = GuestStatus & { readonly figures: Figures | null; readonly parts: readonly PartAnswer[] };

/** How the memory of the guests' host stands; null where none is shared. */
export interface HostAnswer {
  readonly host: HostStanding | null;
}

/** What the guests used and saved together, oldest first; empty where no host is shared. */
export interface HostPastAnswer {
  readonly points: readonly HostPoint[];
}

/** Records of the journal, in order. */
export interface RecordsAnswer {
  /** The number of the newest that there is; 0 for none. Below one that is known: the daemon was started again. */
  readonly lastSeq: number;
  readonly records: readonly ToldRecord[];
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
