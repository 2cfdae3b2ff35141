import type { CompleteObservation } from "../../src/core/observation.ts";

/** An idle guest of 1 GiB that has all its RAM; every reading may be replaced. */
export function observationOf<Some extends Partial<CompleteObservation>>(readings: Some): CompleteObservation & Some {
  return {
    t: 0,
    guest: "g",
    pageBytes: 4096,
    totalramPages: 250_000,
    committedPages: 50_000,
    totalreservePages: 1_400,
    frontswapPages: null,
    maxPfn: 262_144,
    balloonCurrentPages: 262_144,
    balloonMaxPages: null,
    availablePages: null,
    freePages: null,
    swapTotalPages: null,
    psiSomeTotalUs: null,
    psiFullTotalUs: null,
    refaultPages: null,
    swapInPages: null,
    swapOutPages: null,
    oomKills: null,
    allocStalls: null,
    ...readings,
  };
}
