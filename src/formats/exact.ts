import type { ControllerState } from "../core/guest/state.ts";
import type { Account } from "../core/host/account.ts";
import type {
  FaultRecord,
  GiveRecord,
  GuestRecord,
  RiseRecord,
  RulesRecord,
  SizeRecord,
  StepRecord,
  TunablesRecord,
} from "../core/journal-record.ts";
import type { GuestTerms } from "../core/limits.ts";
import type { HostSnapshot, Snapshot } from "../core/snapshot.ts";
import type { Tunables } from "../core/tunables.ts";

// The parts of a recording that replays exactly, besides observations.

/** The first line. */
export interface Header extends Pick<Snapshot, "policy" | "turn" | "isDryRun" | "hasCompressedSwap"> {
  readonly recording: 2;
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
  | Unnumbered<TunablesRecord>
  | Pick<FaultRecord, "kind" | "guest" | "turn" | "nowMs">
  /** The target of a step before the recording began was taken after that. */
  | {
      readonly kind: "applied";
      readonly guest: string;
      readonly balloonTargetPages: number;
      readonly pageBytes: number;
    }
  | { readonly kind: "notice" | "shrink" | "pause" };

/** What an observation's line has besides. */
export interface Exact
  extends Pick<StepRecord, "turn" | "nowMs" | "cause" | "machinePages" | "rssBytes" | "unballoonedBytes" | "applied"> {
  /** What of the guest's environment is other than at its line before. */
  readonly env?:
    | {
        readonly tunables?: Partial<Tunables> | undefined;
        readonly terms?: GuestTerms | null | undefined;
        readonly isPaused?: boolean | undefined;
      }
    | undefined;
}
