import type { Decision } from "./decision.ts";
import type { Notice } from "./notices.ts";
import type { Observation } from "./observation.ts";
import type { Source } from "./settings.ts";
import type { ShrinkOutcome } from "./swap-shrinker.ts";
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
  /** Steps since the daemon began to watch the guest. */
  readonly steps: number;
  /** The last observation and what was decided on it; null before the first step. */
  readonly observation: Observation | null;
  readonly decision: Decision | null;
  /** The tunables in force for this guest. */
  readonly tunables: Tunables;
  /** Why the guest can't be read now; null if it can. */
  readonly problem: string | null;
}

/** One pass of a guest's loop, as it is recorded: what was read, chosen and done. */
export interface StepRecord {
  readonly kind: "step";
  readonly seq: number;
  /** Wall clock, in ms since 1970. */
  readonly atMs: number;
  readonly observation: Observation;
  readonly decision: Decision;
  /** The tunables that it was chosen by. */
  readonly tunables: Tunables;
  /** True if the target was handed to the balloon. */
  readonly applied: boolean;
  /** How long the pass took, from the first reading to the balloon's answer, in ms. */
  readonly durationMs: number;
}

/** A guest could not be read or moved; told once for as long as the sentence stays the same. */
export interface FaultRecord {
  readonly kind: "fault";
  readonly seq: number;
  readonly atMs: number;
  readonly guest: string;
  readonly code: string;
  readonly problem: string;
}

/** Something worth telling that a backend noticed. */
export interface NoticeRecord {
  readonly kind: "notice";
  readonly seq: number;
  readonly atMs: number;
  readonly guest: string;
  readonly notice: Notice;
}

/** Pages were brought back from compressed swap, or the reason why none were has changed. */
export interface ShrinkRecord extends ShrinkOutcome {
  readonly kind: "shrink";
  readonly seq: number;
  readonly atMs: number;
  readonly guest: string;
  readonly pageBytes: number;
  /** Pages that should have stayed stored. */
  readonly targetPages: number;
}

/** Tunables were changed. Values as they stand now, for all guests. */
export interface TunablesRecord {
  readonly kind: "tunables";
  readonly seq: number;
  readonly atMs: number;
  readonly values: Partial<Tunables>;
}

/** A guest was paused, or goes on. */
export interface PauseRecord {
  readonly kind: "pause";
  readonly seq: number;
  readonly atMs: number;
  readonly guest: string;
  readonly paused: boolean;
}

/** What the daemon's journal holds; `seq` counts up by one from 1. */
export type JournalRecord = StepRecord | ShrinkRecord | FaultRecord | NoticeRecord | TunablesRecord | PauseRecord;

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
   * Pause one guest, or let it go on. A paused guest is observed and decided on, and keeps what it has, also when memory
   * runs short; only `release` and the daemon's end still give its memory back.
   * @throws ERR_GUEST_UNKNOWN.
   */
  pause(guest: string, paused: boolean): GuestStatus;
  /** Turn selfballooning off and give every guest all its memory. @returns those that were given theirs. */
  release(): Promise<readonly string[]>;
  /** Records after `seq`, oldest first; those that the bounded journal has dropped are gone. */
  journalAfter(seq: number): readonly JournalRecord[];
  /** Be called with each new record. Returns how to stop. */
  subscribe(listener: (record: JournalRecord) => void): () => void;
}
