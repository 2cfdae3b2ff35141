import type { Decision } from "../core/decision.ts";
import { type Figures, figuresOf } from "../core/figures.ts";
import type { HistoryPoint } from "../core/history.ts";
import type { Observation } from "../core/observation.ts";
import type { Reason } from "../core/reasons.ts";
import type { RecordedStep } from "../formats/recording-writer.ts";
import { type PressureReading, pressurePercent } from "./pressure.ts";
import { type Tone, toneOf } from "./reason-words.ts";

/** A recorded line as plots need it. */
export interface StepPoint {
  readonly atMs: number;
  readonly gap: boolean;
  readonly figures: Figures;
  /** Null where nothing was decided. */
  readonly reason: Reason | null;
  readonly pressure: PressureReading;
}

/** What figures are made of where nothing was decided. */
const UNDECIDED: Omit<Decision, "t" | "guest"> = {
  ...{ goalPages: null, floorPages: null, targetPages: null, balloonTargetPages: null, frontswapTargetPages: null },
  ...{ headroomPages: null, reason: "missing", clamps: [] },
};

/** The point of an observation and of what a daemon decided on it; without one, time is the observation's own. */
export function stepPoint(observation: Observation, step: RecordedStep | null): StepPoint {
  const { t, guest, psiSomeTotalUs } = observation;
  const pressure = { t, psiSomeTotalUs };
  const figures = figuresOf(observation, step?.decision ?? { t, guest, ...UNDECIDED });
  if (step === null) return { atMs: t * 1000, gap: false, figures, reason: null, pressure };
  return { atMs: step.atMs, gap: step.gap, figures, reason: step.decision.reason, pressure };
}

/** What a reader must not miss. */
const TELLING: Readonly<Record<Tone, number>> = { calm: 0, hold: 1, down: 2, up: 3, alarm: 4 };

/** The step that stands for both: the more telling one, else the later one. A gap before either is a gap. */
export function moreTelling(earlier: StepPoint, later: StepPoint): StepPoint {
  const chosen = tellingOf(earlier) > tellingOf(later) ? earlier : later;
  return { ...chosen, gap: earlier.gap || later.gap };
}

function tellingOf({ reason }: StepPoint): number {
  return reason === null ? -1 : TELLING[toneOf(reason)];
}

/** Points with the pressure between them; those on which nothing was decided are left out. */
export function historyPoints(steps: readonly StepPoint[]): readonly HistoryPoint[] {
  return steps.flatMap(({ atMs, gap, figures, reason, pressure }, index) => {
    const before = gap ? undefined : steps[index - 1];
    const psiPercent = before === undefined ? null : pressurePercent(before.pressure, pressure);
    return reason === null ? [] : [{ atMs, gap, figures, reason, psiPercent }];
  });
}
