import type { Reading } from "../backend.ts";
import type { Decision } from "../decision.ts";
import type { Notice } from "../notices.ts";
import type { Observation } from "../observation.ts";
import type { ShrinkLimits } from "../swap-shrinker.ts";
import type { Cause, GiveCause } from "./events.ts";

/** Pages to bring back from compressed swap, beside the loop and never into its next step. */
export interface ShrinkOrder {
  readonly targetPages: number;
  readonly pageBytes: number;
  readonly limits: ShrinkLimits;
}

/** A target for the balloon. */
export interface BalloonOrder {
  readonly balloonTargetPages: number;
  readonly pageBytes: number;
}

/** What was decided on one reading. */
export interface Decided {
  readonly reading: Reading;
  /** What was read, within the operator's limits: what the decision was made on. */
  readonly observation: Observation;
  readonly decision: Decision;
  readonly cause: Cause;
  /** What was wanted before the host's limits, in pages on the balloon's side. */
  readonly wantedPages: number | null;
}

/** What is to be done now. Effects are carried out in their order. */
export type Effect =
  /** Read the guest once more, and judge that. */
  | { readonly kind: "read_again" }
  /** Read the guest now, and not when its interval is over: its memory is short. */
  | { readonly kind: "answer_shortage" }
  | { readonly kind: "read_size" }
  /** Set the target, if there is one, and record what was decided and whether it was done; then begin to shrink. */
  | {
      readonly kind: "decided";
      readonly decided: Decided;
      readonly target: BalloonOrder | null;
      readonly shrink: ShrinkOrder | null;
    }
  /** Give the guest all that it may have; `bytes` of it, or all that its machine has. */
  | {
      readonly kind: "give_all";
      readonly bytes: number | null;
      /** What it may have at the most; null where `bytes` is. */
      readonly ofBytes: number | null;
      readonly isAll: boolean;
      readonly because: GiveCause;
      /** True if it is worth telling. */
      readonly isNews: boolean;
      /** How long nothing could be read, in ms. */
      readonly silentMs: number;
    }
  /** Step after so long. */
  | { readonly kind: "arm"; readonly delayMs: number }
  /** These guests hold what this one waits for. */
  | { readonly kind: "step_soon"; readonly guests: readonly string[] }
  /** Demand rose faster than was known, or the balloon answers in another time: the guard reckons with both from now on. */
  | { readonly kind: "record_rise"; readonly risePages: number; readonly answerMs: number }
  | { readonly kind: "notice"; readonly notice: Notice };

/** Nothing is to be done. */
export const NOTHING: readonly Effect[] = Object.freeze([]);

/** What the guest has is to be found out. */
export const READ_SIZE: readonly Effect[] = Object.freeze([{ kind: "read_size" } as const]);
