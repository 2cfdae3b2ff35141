import type { Observation } from "../core/observation.ts";

/** The ways in which a guest may misbehave, each with what the host then sees. */
export const MISBEHAVIOURS = {
  stuck: "The balloon does not move.",
  sticky: "After each new target the balloon moves a twentieth of the way, and stops.",
  slow: "The balloon moves at a fiftieth of its speed.",
  lying: "The guest reports absurd figures; the balloon tells the truth.",
  frozen: "The guest's figures stay as they were, their time too; the balloon tells the truth.",
  vanishing: "The guest is not there.",
  rebooting: "The guest reboots once, when the time begins.",
} as const satisfies Record<string, string>;

export type MisbehaviourKind = keyof typeof MISBEHAVIOURS;

/** One misbehaviour, from a moment of the host's clock to another. */
export interface Misbehaviour {
  readonly kind: MisbehaviourKind;
  readonly fromSeconds: number;
  /** Default: for ever. */
  readonly untilSeconds?: number;
}

export const STICKY_SHARE = 1 / 20;
export const SLOW_SHARE = 1 / 50;

/** Whether one of `list` is of `kind` and holds at `nowMs`. */
export function misbehaves(list: readonly Misbehaviour[], kind: MisbehaviourKind, nowMs: number): boolean {
  const seconds = nowMs / 1000;
  for (const row of list) {
    if (row.kind !== kind || seconds < row.fromSeconds) continue;
    if (row.untilSeconds === undefined || seconds < row.untilSeconds) return true;
  }
  return false;
}

/** Whether a misbehaviour of `kind` begins after `beforeMs` and no later than `nowMs`. */
export function begins(
  list: readonly Misbehaviour[],
  kind: MisbehaviourKind,
  beforeMs: number,
  nowMs: number,
): boolean {
  for (const row of list) {
    const fromMs = row.fromSeconds * 1000;
    if (row.kind === kind && fromMs > beforeMs && fromMs <= nowMs) return true;
  }
  return false;
}

/** What a lying guest says: -1 read as an unsigned number, nothing committed, and more available than there is. */
export function lie(honest: Observation): Observation {
  return {
    ...honest,
    committedPages: 0,
    availablePages: 4 * (honest.maxPfn ?? 1),
    freePages: 2 ** 64,
    psiSomeTotalUs: -1,
    psiFullTotalUs: -1,
  };
}
