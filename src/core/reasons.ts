import { SAFETY_NAMES, type Safety } from "./guard/names.ts";
import { SAFETIES } from "./guard/safeties.ts";

/** What the safeties say, by name. */
const SAFETY_SENTENCES = Object.fromEntries(SAFETY_NAMES.map((name) => [name, SAFETIES[name].sentence])) as Readonly<
  Record<Safety, string>
>;

/** Why a step chose its target. One word for logs and metrics, one sentence for people. */
export const REASONS = {
  lower: "The guest has more than its goal: the target goes down a part of the way.",
  raise: "The guest has less than its goal: the target goes up.",
  at_goal: "The guest has its goal, or is so near it that no move is worth making.",
  at_floor: "The goal is below the floor, and the guest is at the floor.",
  at_maximum: "The goal is above what the guest may have, and the guest has that.",
  at_share: "The host is short of memory: the guest has its share of it.",
  kept: "The host has enough: the guest keeps what it has.",
  given_back: "The host has had enough for a while: the guest gets a part back of what was taken.",
  quiet: "These are the guest's quiet hours: what it has is not taken from it.",
  yields: "Another guest runs short: the guest yields what it has available beyond twice the headroom.",
  doubted: "The guest claims more than its process holds, and another guest is short: it yields what is not believed.",
  host_full: "The guest wants more, but its host has no more to give for now.",
  off: "selfballooning is 0: the balloon is left alone.",
  unmanaged:
    "The guest is not managed: nothing names it under [guests], or managed = false was said of it. It is only shown.",
  contradictory: "Readings of the guest's size can't all be true: its target stays as it is.",
  missing: "A reading that the law needs was not there: the target stays as it is.",
  ...SAFETY_SENTENCES,
} as const satisfies Record<string, string>;

export type Reason = keyof typeof REASONS;

/** What cut a target that the law had chosen. */
export const CLAMPS = {
  floor: "The law wanted less than the floor.",
  maximum: "The law wanted more than the guest may have.",
  share: "The law wanted more than the guest's share of a host that is short of memory.",
  need: "The law wanted less than the host needs back.",
  quiet: "Less was wanted than the guest has, in its quiet hours.",
  min_mb: "Less was wanted than the operator's min_mb of this guest.",
  max_mb: "More was wanted than the operator's max_mb of this guest.",
  host: "More was wanted than the host has free.",
  doubted: "The guest claims more than can be true as its host sees it: only what can be counts beside others.",
} as const satisfies Record<string, string>;

export type Clamp = keyof typeof CLAMPS;
