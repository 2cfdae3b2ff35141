/** The value in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 1 / 2);
}

/** The value below which this share of all lies, from 0 to below 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}
