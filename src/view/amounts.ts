import { BYTES_PER_MIB } from "../core/units.ts";

const STEPS = ["MiB", "GiB", "TiB", "PiB"] as const;

/** Bytes as people read them: `812 MiB`, `1.9 GiB`; a dash where nothing is known. */
export function bytesText(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return "–";
  let value = bytes / BYTES_PER_MIB;
  let unit = 0;
  while (value >= 1024 && unit < STEPS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${STEPS[unit]}`;
}

/** The same of whole MiB, as hosts tell their fleet. */
export function mebibytesText(mib: number | null): string {
  return bytesText(mib === null ? null : mib * BYTES_PER_MIB);
}

/** A share as people read it: `0.3 %`; a dash where nothing is known. */
export function percentText(percent: number | null): string {
  if (percent === null) return "–";
  return `${percent.toFixed(percent > 0 && percent < 10 ? 1 : 0)} %`;
}
