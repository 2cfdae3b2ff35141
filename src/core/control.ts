import type { Decision } from "./decision.ts";
import type { Problem } from "./errors.ts";
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
  /** Steps since the daemon began to watch the guest. */
  readonly steps: number;
  /** The last observation and what was decided on it; null before the first step. */
  readonly observation: Observation | null;
  readonly decision: Decision | null;
  /** The tunables in force for this guest. */
  readonly tunables: Tunables;
  /** Why the guest can't be read or moved now; null if it can. */
  readonly problem: Problem | null;
}

/** New text for a tunable, as a shell would write it; null brings back the default. */
export type TunableChanges = Readonly<Record<string, string | null>>;

/** What the daemon lets others see and do. Nothing here moves a balloon but `release`, which stops the loop first. */
export interface ControlPort {
  /** What the daemon is doing, in one sentence. */
  describe(): string;
  guests(): readonly GuestStatus[];
  tunables(): readonly TunableStatus[];
  /**
   * Change tunables: all of them or, if one is refused, none.
   * @throws the error of the first change that is refused.
   */
  change(changes: TunableChanges, privileged: boolean): readonly TunableStatus[];
  /**
   * Pause one guest, or resume it. A paused guest is observed and decided on, and keeps what it has, also when memory
   * runs short; only `release` and the daemon's end still give its memory back.
   * @throws ERR_GUEST_UNKNOWN.
   */
  pause(guest: string, paused: boolean): GuestStatus;
  /** Turn selfballooning off and give every guest all its memory. @returns those that were given theirs. */
  release(): Promise<readonly string[]>;
  /** All that is remembered now: what a recording that begins here must know. */
  snapshot(): Snapshot;
  /** Records after `seq`, oldest first; those that the bounded journal has dropped are gone. */
  journalAfter(seq: number): readonly JournalRecord[];
  /** Be called with each new record. Returns how to stop. */
  subscribe(listener: (record: JournalRecord) => void): () => void;
}
