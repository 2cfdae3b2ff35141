import type { GuestSize, Reading, WatchSample } from "../backend.ts";
import type { Safety } from "../guard/names.ts";
import type { HostBudget } from "../host/budget.ts";
import type { GuestTerms } from "../limits.ts";
import type { TunableName, Tunables } from "../tunables.ts";

/** Why a guest is read: its interval is over, another guest waits for what it holds, or its own memory is short. */
export const CAUSES = ["interval", "soon", "shortage"] as const;
export type Cause = (typeof CAUSES)[number];

/** What may happen to a guest. */
export type GuestEvent =
  /** It was found; its first step comes one interval and `laterMs` after this. */
  | { readonly kind: "started"; readonly laterMs: number }
  /** Its size was read, before or without a whole reading: what it has counts before anything is granted to another. */
  | { readonly kind: "sized"; readonly size: GuestSize }
  /** It was read. `isAgain`: a second time, because the first reading would have moved the target. */
  | { readonly kind: "observed"; readonly reading: Reading; readonly cause: Cause; readonly isAgain: boolean }
  /** The watch looked at it between two steps. */
  | { readonly kind: "sampled"; readonly sample: WatchSample }
  /** The watch learned that demand may rise by so much within one reaction time, and how soon the balloon answers. */
  | { readonly kind: "rose"; readonly risePages: number; readonly answerMs: number }
  /** It could not be read or moved; `state` is what its machine does where that is why, such as `paused` or `restarting`. */
  | { readonly kind: "unreadable"; readonly state: string | null }
  /** The balloon took this target. */
  | { readonly kind: "applied"; readonly balloonTargetPages: number; readonly pageBytes: number }
  /** The balloon did not take the target that was decided last, as far as is known. */
  | { readonly kind: "not_applied" }
  /** It was given all that it may have: `isAll` if that is all that it may ever have. */
  | { readonly kind: "gave"; readonly isAll: boolean }
  /** What was done for it has ended, well or not: it may have been unreadable for too long. */
  | { readonly kind: "settled" }
  /** Its memory is to be given back. */
  | { readonly kind: "asked_all"; readonly because: GiveCause }
  /** A tunable was written. */
  | { readonly kind: "written"; readonly name: TunableName; readonly before: Tunables }
  /** The pass that its timer began has ended. */
  | { readonly kind: "ended" };

/** Why a guest is given all that it may have, each with a sentence for people. */
export const GIVE_CAUSES = {
  silent: "Nothing could be read of it for a while.",
  restarting: "Its machine restarts, and its old target would starve its boot.",
  asked: "The operator asked for it, or the daemon ends.",
  unmanaged: "It is not managed any more.",
} as const satisfies Record<string, string>;
export type GiveCause = keyof typeof GIVE_CAUSES;

/** How a host is shared, as far as one guest's decision depends on it. */
export interface HostEnv {
  readonly budget: HostBudget;
  readonly terms: GuestTerms;
}

/** All that a decision depends on besides what happened and what is remembered. */
export interface GuestEnv {
  readonly tunables: Tunables;
  readonly hasCompressedSwap: boolean;
  /** True in a dry run: it decides and records, and moves nothing. */
  readonly isDryRun: boolean;
  /** True while the operator has paused the guest: as in a dry run, but for this guest alone. */
  readonly isPaused: boolean;
  /** True while the operator has released the guest: selfballooning is off, and it gets back what it still lacks. */
  readonly isReleased: boolean;
  /** Null where no host is shared. */
  readonly host: HostEnv | null;
  /** Safeties of the guard that a scenario leaves out. */
  readonly without?: ReadonlySet<Safety>;
}
