import type { Cancellation } from "./backend.ts";
import type { GuestSettingStatus } from "./controls/guest-setting-status.ts";
import type { SettingChanges } from "./controls/guest-settings.ts";
import type { Decision } from "./decision.ts";
import type { Problem } from "./errors.ts";
import type { HostStanding } from "./host/standing.ts";
import type { JournalRecord } from "./journal-record.ts";
import type { Observation } from "./observation.ts";
import type { Source } from "./settings.ts";
import type { Snapshot } from "./snapshot.ts";
import type { TunableName, Tunables } from "./tunables.ts";

/** One tunable as it stands. */
export interface TunableStatus {
  readonly name: TunableName;
  readonly value: number;
  readonly default: number;
  readonly source: Source;
}

/** One guest as it stands. */
export interface GuestStatus {
  readonly guest: string;
  /** `armed`: a step is pending. `idle`: both loops are off. `unreadable`: the last observation failed. */
  readonly state: "armed" | "idle" | "unreadable";
  /** True while an operator has paused it: it is observed and decided on, and nothing is moved. */
  readonly paused: boolean;
  /** True while an operator has released it: it has its memory back, and keeps it until it is resumed. */
  readonly released: boolean;
  /** True in a dry run: no guest is moved. */
  readonly dryRun: boolean;
  /** Steps since the daemon began to watch the guest. */
  readonly steps: number;
  /** The last observation and what was decided on it; null before the first step. */
  readonly observation: Observation | null;
  readonly decision: Decision | null;
  /** What was wanted for it before the host's limits, in pages on the balloon's side; null if nothing was. */
  readonly wantedPages: number | null;
  /** The tunables in force for this guest. */
  readonly tunables: Tunables;
  /** Names of the settings that were set for this guest at run time. */
  readonly setAtRunTime: readonly string[];
  /** Why the guest can't be read or moved now; null if it can. */
  readonly problem: Problem | null;
}

/** What a guest was given that was released. In bytes. */
export interface Gift {
  readonly guest: string;
  /** What its balloon leaves it now; null for all that its machine has. */
  readonly bytes: number | null;
  /** What it may have at the most; null where `bytes` is. */
  readonly ofBytes: number | null;
  /** False where its host has no more now: the rest follows when there is some. */
  readonly isAll: boolean;
}

/** New text for a tunable, as a shell would write it; null brings back the default. */
export type TunableChanges = Readonly<Record<string, string | null>>;

/** What is wished to be free. */
export interface ReservationWish {
  /** The guest that is to have it, by name; null: whoever is started next. */
  readonly guest: string | null;
  readonly bytes: number;
  /** How long may be waited until it is free. */
  readonly waitMs: number;
  /** How long it is kept. */
  readonly lifeMs: number;
  /** The reservation's id, which no other has; absent: one is made. */
  readonly id?: string;
  /** Whether it stays where whoever wished for it has gone before the answer. */
  readonly isKept: boolean;
  /** Whether it is refused where its guest has one already, which somebody else may count on; else it takes the place of that. */
  readonly isFirst?: boolean;
  /** Whether it is refused where it can't be kept over a restart; else it is kept in memory alone there. */
  readonly isDurable?: boolean;
}

/** One reservation as it stands. */
export interface ReservationStatus {
  readonly id: string;
  readonly guest: string | null;
  readonly bytes: number;
  /** What of it its guest has taken. */
  readonly takenBytes: number;
  /** Whether all of it is free, or its guest has it. */
  readonly isMet: boolean;
  /** When it ends by itself; wall clock, in ms since 1970. */
  readonly expiresAtMs: number;
}

/** What came of a wish: `reservation` is null if its guest has taken it meanwhile. */
export interface Reserved {
  readonly reservation: ReservationStatus | null;
  /** What is free beside it, in bytes. */
  readonly freeBytes: number;
}

/** What the daemon lets others see and do. Nothing here moves a balloon but `release`, which stops the loop first, and `reserve`, by the guests' own steps. */
export interface ControlPort {
  /** What the daemon is doing, in one sentence. */
  describe(): string;
  guests(): readonly GuestStatus[];
  /** How the memory of the host that they share stands; null where none is shared. */
  host(): HostStanding | null;
  tunables(): readonly TunableStatus[];
  /**
   * Change tunables: all of them or, if one is refused, none.
   * @throws the error of the first change that is refused.
   */
  change(changes: TunableChanges, privileged: boolean): readonly TunableStatus[];
  /** Every setting of one guest. @throws ERR_GUEST_UNKNOWN, ERR_NO_GUEST_SETTINGS. */
  guestSettings(guest: string): readonly GuestSettingStatus[];
  /**
   * Set one guest's own settings, or undo that: all of the changes or, if one is refused, none. They beat the configuration,
   * are judged at once, and are kept over restarts, also while the guest is away.
   * @throws ERR_GUEST_UNKNOWN, ERR_NO_GUEST_SETTINGS, ERR_GUEST_SETTING_UNKNOWN, ERR_GUEST_SETTING_INVALID, ERR_GUEST_LIMITS,
   * or why a tunable was refused.
   */
  changeGuest(guest: string, changes: SettingChanges, privileged: boolean): readonly GuestSettingStatus[];
  /**
   * Pause these guests; null: all, and those that come. A paused guest is observed and decided on, and keeps what it has,
   * also when memory runs short; only `release` and the daemon's end still give its memory back.
   * @throws ERR_GUEST_UNKNOWN, and then nothing has changed.
   */
  pause(guests: readonly string[] | null): readonly GuestStatus[];
  /** These guests are ours to move again, paused or released; null: all. @throws ERR_GUEST_UNKNOWN. */
  resume(guests: readonly string[] | null): readonly GuestStatus[];
  /**
   * Give these guests all their memory, and balloon them no more until they are resumed; null: all, and then selfballooning
   * is off.
   * @returns those that were given theirs. @throws ERR_GUEST_UNKNOWN, or what kept the first from its memory.
   */
  release(guests: readonly string[] | null): Promise<readonly Gift[]>;
  /**
   * Keep memory free for a guest to come: answers once it is. Guests go down for it, none below what law and guard let it
   * have. Where they could not give enough, nothing is taken from anybody. `gone`: nobody waits for the answer any more, so
   * that it is withdrawn.
   * @throws ERR_NO_SHARED_HOST, ERR_RESERVATION_EXISTS, ERR_TOO_MANY, ERR_OVERCOMMIT, ERR_RESERVATION_UNMET, ERR_RESERVATION_LATE.
   */
  reserve(wish: ReservationWish, gone?: Cancellation): Promise<Reserved>;
  reservations(): readonly ReservationStatus[];
  /** @throws ERR_RESERVATION_UNKNOWN. */
  withdraw(id: string): ReservationStatus;
  /** All that is remembered now: what a recording that begins here must know. */
  snapshot(): Snapshot;
  /** Records after `seq`, oldest first; those that the bounded journal has dropped are gone. */
  journalAfter(seq: number): readonly JournalRecord[];
  /** Be called with each new record. Returns how to stop. */
  subscribe(listener: (record: JournalRecord) => void): () => void;
}
