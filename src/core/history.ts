import type { Figures } from "./figures.ts";
import type { Reason } from "./reasons.ts";

/** Which part of a guest's past is asked for. */
export interface HistoryQuery {
  readonly guest: string;
  /** Wall clock, in ms since 1970; null: as far back as history is kept. */
  readonly fromMs: number | null;
  readonly toMs: number;
  /** The most points of the answer. Where there were more steps, the most telling one stands for its neighbours. */
  readonly points: number;
}

/** One step of a guest's past. */
export interface HistoryPoint {
  readonly atMs: number;
  /** True if nothing is known of the time between the point before and this one. */
  readonly gap: boolean;
  readonly figures: Figures;
  readonly reason: Reason;
  /** Time in which some task waited for memory since the point before, in percent; null where it is not told. */
  readonly psiPercent: number | null;
}

/** A part of a guest's past. */
export interface HistoryRange {
  readonly guest: string;
  /** How far back anything is kept, of any guest; null where nothing is. */
  readonly keptFromMs: number | null;
  /** False if there was too much to read in time: then its oldest part is left out. */
  readonly complete: boolean;
  /** Oldest first. */
  readonly points: readonly HistoryPoint[];
}

/** The guests' past, as it is kept on disk. */
export interface HistoryPort {
  /** @throws ERR_TOO_MANY if too many ask at a time, ERR_HISTORY if it can't be read. */
  read(query: HistoryQuery): Promise<HistoryRange>;
}

/** All guests together at one moment, in bytes. */
export interface HostPoint {
  readonly atMs: number;
  /** True if nothing is known of the time between the point before and this one: no daemon ran. */
  readonly gap: boolean;
  /** What they have and use. */
  readonly usedBytes: number;
  /** What they have, and could use without swapping. */
  readonly availableBytes: number;
  /** What is in their balloons: the host has it back. */
  readonly savedBytes: number;
  /** Guests that are in the sum: those of which something was read. */
  readonly guests: number;
}

/** What the guests used and saved together, over restarts where history is kept; oldest first, of a bounded number. */
export interface HostPastPort {
  points(): readonly HostPoint[];
}
