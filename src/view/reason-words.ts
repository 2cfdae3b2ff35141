import type { Reason } from "../core/reasons.ts";

/** Labels that say more than the reason's own word does. */
const LABELS: Partial<Record<Reason, string>> = {
  lower: "giving back",
  raise: "getting more",
  missing: "reading missing",
  back_off: "recovering",
  hot_cache: "keeps its cache",
  implausible: "odd reading",
  in_use: "all in use",
  doubted: "not believed",
};

/** A reason in a word or two, for labels. */
export function reasonLabel(reason: Reason): string {
  return LABELS[reason] ?? reason.replaceAll("_", " ");
}

/** How much attention a reason asks for. */
export type Tone = "calm" | "down" | "up" | "hold" | "alarm";

const TONES: Partial<Record<Reason, Tone>> = {
  lower: "down",
  raise: "up",
  emergency: "alarm",
  stuck: "alarm",
  implausible: "alarm",
  back_off: "hold",
  host_full: "hold",
  at_share: "hold",
  contradictory: "alarm",
  doubted: "alarm",
  missing: "alarm",
};

export function toneOf(reason: Reason): Tone {
  return TONES[reason] ?? "calm";
}
