import type { Moment } from "./played.ts";

/** How far the model is from the real guest in one reading. */
export interface ReadingError {
  readonly reading: string;
  /** Over all observations, in MiB and as a share of the real reading; below `MIN_MIB` as a share of that. */
  readonly meanMib: number;
  readonly worstMib: number;
  readonly meanShare: number;
  readonly worstShare: number;
}

/** A reading near 0 is compared with this instead of with itself. */
const MIN_MIB = 32;
const PAGES_PER_MIB = 256;

/** What is there at a moment, in pages. */
const LEVELS: Readonly<Record<string, (moment: Moment) => number | null>> = {
  "RAM (MemTotal)": ({ observation }) => observation.totalramPages,
  Committed_AS: ({ observation }) => observation.committedPages,
  MemAvailable: ({ observation }) => observation.availablePages,
  MemFree: ({ observation }) => observation.freePages,
  Cached: ({ cachedPages }) => cachedPages,
  "in swap": ({ swappedPages }) => swappedPages,
};

/** Counted since boot: how much they came to in the end is compared. */
const COUNTERS: Readonly<Record<string, (moment: Moment) => number | null>> = {
  "refaults, pages": ({ observation }) => observation.refaultPages,
  "read from swap, pages": ({ observation }) => observation.swapInPages,
  "written to swap, pages": ({ observation }) => observation.swapOutPages,
  "PSI some, us": ({ observation }) => observation.psiSomeTotalUs,
  "PSI full, us": ({ observation }) => observation.psiFullTotalUs,
};

/** The errors of the levels, observation by observation; a reading that is not there is left out. */
export function levelErrors(real: readonly Moment[], model: readonly Moment[]): readonly ReadingError[] {
  return Object.entries(LEVELS).map(([reading, of]) => {
    const errors = real.flatMap((moment, nth) => {
      const [there, modelled] = [of(moment), of(model[nth] ?? moment)];
      if (there === null || modelled === null) return [];
      const mib = Math.abs(modelled - there) / PAGES_PER_MIB;
      return [{ mib, share: mib / Math.max(MIN_MIB, there / PAGES_PER_MIB) }];
    });
    const mean = (of: (error: (typeof errors)[number]) => number): number =>
      errors.reduce((sum, error) => sum + of(error), 0) / errors.length;
    return {
      reading,
      meanMib: mean(({ mib }) => mib),
      worstMib: Math.max(...errors.map(({ mib }) => mib)),
      meanShare: mean(({ share }) => share),
      worstShare: Math.max(...errors.map(({ share }) => share)),
    };
  });
}

/** What each counter came to in the model, over what it came to in the real guest. */
export function counterRatios(real: readonly Moment[], model: readonly Moment[]): Readonly<Record<string, number>> {
  const last = (moments: readonly Moment[], of: (moment: Moment) => number | null): number => {
    const moment = moments.at(-1);
    return (moment === undefined ? null : of(moment)) ?? Number.NaN;
  };
  return Object.fromEntries(Object.entries(COUNTERS).map(([name, of]) => [name, last(model, of) / last(real, of)]));
}

/** Both as the tables of the simulator's guide. */
export function describeErrors(errors: readonly ReadingError[], ratios: Readonly<Record<string, number>>): string {
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  return [
    "| reading | mean error | worst error |",
    "| --- | --- | --- |",
    ...errors.map(
      ({ reading, meanMib, worstMib, meanShare, worstShare }) =>
        `| ${reading} | ${meanMib.toFixed(1)} MiB, ${percent(meanShare)} | ${worstMib.toFixed(0)} MiB, ${percent(worstShare)} |`,
    ),
    "",
    "| counted over the whole run | model over real guest |",
    "| --- | --- |",
    ...Object.entries(ratios).map(([name, ratio]) => `| ${name} | ${ratio.toFixed(2)} |`),
  ].join("\n");
}
