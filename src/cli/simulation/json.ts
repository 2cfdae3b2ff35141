import type { SimulationScore } from "../ports.ts";
import { type Result, slowDownPercent } from "./run.ts";

/** A result without its samples, for programs: numbers rounded at a thousandth. */
export function resultJson({ policy, savedPercent, ofMaxPercent, score }: Result): Readonly<Record<string, unknown>> {
  const ofMost = ofMaxPercent === null ? {} : { ofMaxPercent: rounded(ofMaxPercent) };
  const slower = rounded(slowDownPercent(score));
  return { policy, savedPercent: rounded(savedPercent), ...ofMost, slowDownPercent: slower, ...roundedScore(score) };
}

function roundedScore(score: SimulationScore): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(score).map(([name, value]) => [name, rounded(value)]));
}

export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
