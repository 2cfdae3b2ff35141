import type { Decision } from "./decision.ts";
import type { ErrorCode, ErrorDetails } from "./errors.ts";
import type { Cause, GiveCause } from "./guest/events.ts";
import type { TermValue } from "./guest-terms.ts";
import type { HostBudget } from "./host/budget.ts";
import type { HostSight } from "./host/host-reading.ts";
import type { Take } from "./host/pressure.ts";
import type { ReservationEvent } from "./host/reservation.ts";
import type { GuestTerms, Priority } from "./limits.ts";
import type { Notice } from "./notices.ts";
import type { Observation } from "./observation.ts";
import type { ShrinkOutcome } from "./swap-shrinker.ts";
import type { Tunables } from "./tunables.ts";

/** What every record has. */
interface Recorded {
  /** Its number, up by one from 1, in the order in which things were done. */
  readonly seq: number;
  /** Wall clock, in ms since 1970. */
  readonly atMs: number;
}

/**
 * The place of a record among all that changed what is remembered, up by one from 1, and the monotonic time of that. Records
 * are written when something was done, and so not always in this order; a replay takes them by their turns.
 */
export interface Turn {
  readonly turn: number;
  readonly nowMs: number;
}

/** One pass over a guest: what was read, chosen and done, and all that the choice depended on. */
export interface StepRecord extends Recorded, Turn {
  readonly kind: "step";
  readonly cause: Cause;
  readonly observation: Observation;
  readonly decision: Decision;
  /** The tunables that it was chosen by. */
  readonly tunables: Tunables;
  /** What was wanted before the host's limits, in pages on the balloon's side; null if nothing was. */
  readonly wantedPages: number | null;
  /** What the operator said of the guest; null where no host is shared. */
  readonly terms: GuestTerms | null;
  readonly isPaused: boolean;
  /** What its machine's balloon can leave it at the most, whatever the operator allows, in pages; null if not known. */
  readonly machinePages: number | null;
  /** What the guest's process holds of its host's memory, in bytes; null where that is not known. */
  readonly rssBytes: number | null;
  /** What the guest has and its balloon does not count, in bytes. */
  readonly unballoonedBytes: number;
  /** True if the target was handed to the balloon, and it took it. */
  readonly applied: boolean;
  /** How long the pass took, from the first reading to the balloon's answer, in ms. */
  readonly durationMs: number;
}

/** A guest was found, or has disappeared. */
export interface GuestRecord extends Recorded, Turn {
  readonly kind: "guest";
  readonly guest: string;
  readonly change: "found" | "removed";
}

/** How large a guest is, read before anything was decided on it. In bytes. */
export interface SizeRecord extends Recorded, Turn {
  readonly kind: "size";
  readonly guest: string;
  readonly currentBytes: number;
  readonly maximumBytes: number;
  readonly unballoonedBytes: number;
  /** Its weight beside the others'. */
  readonly weight: number;
  readonly priority: Priority;
}

/** The watch learned how fast a guest's demand rises, or how soon its balloon answers. */
export interface RiseRecord extends Recorded, Turn {
  readonly kind: "rise";
  readonly guest: string;
  /** The most by which demand is reckoned to rise within one reaction time, in pages. */
  readonly risePages: number;
  /** How long its balloon is reckoned to take to answer a shortage, in ms. */
  readonly answerMs: number;
}

/** A guest was to be given all that it may have: `bytes`, or all that its machine has where that is null. */
export interface GiveRecord extends Recorded, Turn {
  readonly kind: "give";
  readonly guest: string;
  readonly because: GiveCause;
  readonly bytes: number | null;
  /** What it may have at the most, in bytes; null where `bytes` is. */
  readonly ofBytes: number | null;
  readonly isAll: boolean;
  /** False if it could not be done: it is tried again. */
  readonly isDone: boolean;
  /** What the operator said of the guest; null where no host is shared. */
  readonly terms: GuestTerms | null;
}

/** What the host has for its guests, or when it takes memory from them, changed. */
export interface RulesRecord extends Recorded, Turn {
  readonly kind: "rules";
  readonly budget: HostBudget;
  readonly take: Take;
}

/** The host's own memory was looked at, and its need changed or guests were asked for memory. */
export interface HostRecord extends Recorded, Turn {
  readonly kind: "host";
  readonly sight: HostSight;
  /** 0: it has plenty, to 1: it is short; null while it does not say. */
  readonly need: number | null;
  readonly isEmergency: boolean;
}

/** Memory was reserved, guests were asked to go down for it, or it was withdrawn or its time was over. */
export interface ReservationRecord extends Recorded, Turn {
  readonly kind: "reservation";
  readonly event: ReservationEvent;
}

/** A guest could not be read or moved; `guest` is `*` for what concerns no guest alone. */
export interface FaultRecord extends Recorded {
  readonly kind: "fault";
  readonly guest: string;
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly problem: string;
  /** True if it was recorded before, and is again because it changed what the host remembers. */
  readonly isRepeated: boolean;
  /** Its place and time, where it changed what is remembered; else null. */
  readonly turn: number | null;
  readonly nowMs: number | null;
}

/** Something worth telling that was noticed. */
export interface NoticeRecord extends Recorded {
  readonly kind: "notice";
  readonly guest: string;
  readonly notice: Notice;
}

/** Pages were brought back from compressed swap, or the reason why none were has changed. */
export interface ShrinkRecord extends Recorded, ShrinkOutcome {
  readonly kind: "shrink";
  readonly guest: string;
  readonly pageBytes: number;
  /** Pages that should have stayed stored. */
  readonly targetPages: number;
}

/** Tunables were changed. Values as they stand now, for all guests. */
export interface TunablesRecord extends Recorded, Turn {
  readonly kind: "tunables";
  readonly values: Partial<Tunables>;
}

/** Settings of one guest were set at run time, or reset: null. */
export interface SettingsRecord extends Recorded, Turn {
  readonly kind: "settings";
  readonly guest: string;
  readonly values: Readonly<Record<string, TermValue>>;
}

/** A guest was paused, released or resumed. */
export interface PauseRecord extends Recorded {
  readonly kind: "pause";
  readonly guest: string;
  readonly paused: boolean;
  readonly released: boolean;
}

/** What the daemon's journal holds. */
export type JournalRecord =
  | StepRecord
  | GuestRecord
  | SizeRecord
  | RiseRecord
  | GiveRecord
  | RulesRecord
  | HostRecord
  | ReservationRecord
  | ShrinkRecord
  | FaultRecord
  | NoticeRecord
  | TunablesRecord
  | SettingsRecord
  | PauseRecord;

/** A record before the journal gave it its number and time. */
export type Entry = JournalRecord extends infer One
  ? One extends JournalRecord
    ? Omit<One, "seq" | "atMs">
    : never
  : never;
