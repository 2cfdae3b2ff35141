import type { ControllerState } from "../core/guest/state.ts";
import type { Account } from "../core/host/account.ts";
import type {
  FaultRecord,
  GiveRecord,
  GuestRecord,
  HostRecord,
  ReservationRecord,
  RiseRecord,
  RulesRecord,
  SettingsRecord,
  SizeRecord,
  StepRecord,
  TunablesRecord,
} from "../core/journal-record.ts";
import type { GuestTerms } from "../core/limits.ts";
import type { HostSnapshot, Snapshot } from "../core/snapshot.ts";
import { DEFAULT_TUNABLES, type Tunables } from "../core/tunables.ts";

// The parts of a recording that replays exactly, besides observations.

/** The version of recordings that replay exactly. */
export const EXACT_VERSION = 2;

/** What a guest's decisions depended on at its last line. */
export interface RecordedEnv {
  readonly tunables: Tunables;
  readonly terms: GuestTerms | null;
  readonly isPaused: boolean;
}

/** Before a guest's first line. */
export const FIRST_ENV: RecordedEnv = { tunables: DEFAULT_TUNABLES, terms: null, isPaused: false };

/** The first line. */
export interface Header extends Pick<Snapshot, "policy" | "turn" | "isDryRun" | "hasCompressedSwap"> {
  readonly recording: typeof EXACT_VERSION;
  /** The version that made it. */
  readonly selfballoon: string;
  /** What was remembered of the host, without its guests; null where no host is shared. */
  readonly host:
    | (Omit<HostSnapshot, "accounts" | "entitled"> & {
        /** When what its guests are entitled to was computed; null if that holds no more. */
        readonly entitledAtMs: number | null;
      })
    | null;
}

/** What was remembered of one guest when the recording began. */
export interface Remembered {
  readonly guest: string;
  readonly state: ControllerState | null;
  readonly account: Account | null;
  /** What it was entitled to, in bytes. */
  readonly entitledBytes?: number | undefined;
}

type Unnumbered<Row> = Omit<Row, "seq" | "atMs">;

/** What happened besides steps, as far as a replay needs it. */
export type RecordedEvent =
  | Unnumbered<GuestRecord>
  | Unnumbered<SizeRecord>
  | Unnumbered<RiseRecord>
  | Unnumbered<GiveRecord>
  | Unnumbered<RulesRecord>
  | Unnumbered<HostRecord>
  | Unnumbered<ReservationRecord>
  | Unnumbered<TunablesRecord>
  | Unnumbered<SettingsRecord>
  | Pick<FaultRecord, "kind" | "guest" | "turn" | "nowMs">
  /** The target of a step before the recording began was taken after that. */
  | {
      readonly kind: "applied";
      readonly guest: string;
      readonly balloonTargetPages: number;
      readonly pageBytes: number;
    }
  | { readonly kind: "notice" | "shrink" | "pause" };

/** What every observation's line has besides the observation and the decision. */
export type ExactFields = Pick<
  StepRecord,
  "turn" | "nowMs" | "cause" | "machinePages" | "rssBytes" | "unballoonedBytes" | "applied"
>;

/** What an observation's line has besides. */
export interface Exact extends ExactFields {
  /** What of the guest's environment is other than at its line before. */
  readonly env?:
    | {
        readonly tunables?: Partial<Tunables> | undefined;
        readonly terms?: GuestTerms | null | undefined;
        readonly isPaused?: boolean | undefined;
      }
    | undefined;
}
