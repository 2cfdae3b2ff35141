import type { Observation } from "../../core/observation.ts";
import type { Reason } from "../../core/reasons.ts";
import type { RecordedStep } from "../../formats/recording-writer.ts";
import { Sampler } from "../../view/sampler.ts";
import { moreTelling, type StepPoint, stepPoint } from "../../view/step-point.ts";

/** A guest that is silent for longer has a gap, whether its recording says so or not. */
export const SILENCE_MS = 600_000;

/** Counts of the guest's kernel, and the sums of their rises. */
const COUNTERS = [
  "psiSomeTotalUs",
  "psiFullTotalUs",
  "oomKills",
  "refaultPages",
  "swapInPages",
  "swapOutPages",
] as const satisfies readonly (keyof Observation)[];

export type Counter = (typeof COUNTERS)[number];

/** How far each count has risen; null where it was never told. */
export type Rises = Readonly<Record<Counter, number | null>>;

/** What a line tells of the time since the guest's line before it. */
export interface Passed {
  /** 0 at a guest's first line and after a gap. */
  readonly seconds: number;
  readonly rises: Rises;
  readonly point: StepPoint;
}

/** Everything that adds up over one guest's lines. */
export class GuestTally {
  readonly guest: string;
  lines = 0;
  seconds = 0;
  heldByteSeconds = 0;
  /** What it would have held if no balloon had moved. */
  maxByteSeconds = 0;
  /** Targets that were handed to the balloon; null where the recording does not report. */
  moves: number | null = null;
  readonly reasonSeconds = new Map<Reason, number>();
  rises: Rises = NEVER_TOLD;
  readonly sampler = new Sampler<StepPoint>(moreTelling);
  private last: { readonly observation: Observation; readonly point: StepPoint } | null = null;
  private maxBytes = 0;

  constructor(guest: string) {
    this.guest = guest;
  }

  /** Take in a line; `maxPoints` are kept for the plot. */
  add(observation: Observation, step: RecordedStep | null, maxPoints: number): Passed {
    const point = this.mindGap(stepPoint(observation, step));
    const seconds = point.gap || this.last === null ? 0 : (point.atMs - this.last.point.atMs) / 1000;
    const rises = seconds === 0 || this.last === null ? NEVER_TOLD : risesBetween(this.last.observation, observation);
    this.lines += 1;
    if (this.last !== null && seconds > 0) this.pass(this.last.point, seconds, rises);
    if (step !== null) this.moves = (this.moves ?? 0) + step.moves;
    const { maximumBytes, currentBytes } = point.figures;
    this.maxBytes = Math.max(maximumBytes ?? this.maxBytes, currentBytes ?? 0);
    this.last = { observation, point };
    this.sampler.add(point, maxPoints);
    return { seconds, rises, point };
  }

  /** What the guest had and could have had by its last line; null if that is long ago. */
  held(nowMs: number): { readonly heldBytes: number; readonly maxBytes: number } | null {
    const heldBytes = this.last?.point.figures.currentBytes ?? null;
    if (this.last === null || heldBytes === null || nowMs - this.last.point.atMs > SILENCE_MS) return null;
    return { heldBytes, maxBytes: this.maxBytes };
  }

  /** What the guest had before holds until now. */
  private pass({ figures, reason }: StepPoint, seconds: number, rises: Rises): void {
    const { currentBytes } = figures;
    this.rises = sumOf(this.rises, rises);
    if (currentBytes === null) return;
    this.seconds += seconds;
    this.heldByteSeconds += currentBytes * seconds;
    this.maxByteSeconds += this.maxBytes * seconds;
    if (reason !== null) this.reasonSeconds.set(reason, (this.reasonSeconds.get(reason) ?? 0) + seconds);
  }

  /** A recording need not tell its gaps, and files may be given in any order. */
  private mindGap(point: StepPoint): StepPoint {
    const elapsedMs = this.last === null ? 0 : point.atMs - this.last.point.atMs;
    const gap = point.gap || this.last === null || elapsedMs < 0 || elapsedMs > SILENCE_MS;
    return { ...point, gap };
  }
}

const NEVER_TOLD: Rises = {
  psiSomeTotalUs: null,
  psiFullTotalUs: null,
  oomKills: null,
  refaultPages: null,
  swapInPages: null,
  swapOutPages: null,
};

/** A count that fell began again: the guest was booted, and what it rose by is not known. */
function risesBetween(before: Observation, after: Observation): Rises {
  const entries = COUNTERS.map((name) => {
    const [from, to] = [before[name], after[name]];
    return [name, from === null || to === null ? null : Math.max(0, to - from)] as const;
  });
  return { ...NEVER_TOLD, ...Object.fromEntries(entries) };
}

/** The sum of rises; what is not told adds nothing. */
export function sumOf(a: Rises, b: Rises): Rises {
  const entries = COUNTERS.map((name) => {
    const [one, other] = [a[name], b[name]];
    return [name, one === null && other === null ? null : (one ?? 0) + (other ?? 0)] as const;
  });
  return { ...NEVER_TOLD, ...Object.fromEntries(entries) };
}
