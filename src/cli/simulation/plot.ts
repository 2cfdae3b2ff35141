import type { SimulationSeries } from "../ports.ts";

const COLUMNS = 64;
const ROWS = 12;

/** A small plot for a terminal: what was held above, what of it was wanted darker, over time. */
export function plotLines(series: SimulationSeries): readonly string[] {
  const held = resample(series.heldMib);
  const wanted = resample(series.wantedMib);
  const max = Math.max(1, ...held, ...wanted);
  const label = (mib: number): string => `${Math.round(mib)} MiB`.padStart(11);
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const level = (max * (ROWS - row - 0.5)) / ROWS;
    const cells = held.map((heldMib, column) => cell(level, heldMib, wanted[column] ?? 0)).join("");
    const edge = row === 0 ? label(max) : row === ROWS - 1 ? label(0) : " ".repeat(11);
    return `${edge} |${cells}`.trimEnd();
  });
  const minutes = Math.round((series.seconds.at(-1) ?? 0) / 60);
  const axis = `${" ".repeat(11)} +${"-".repeat(held.length)}`;
  return [...rows, axis, `${" ".repeat(13)}0 min${`${minutes} min`.padStart(Math.max(0, held.length - 5))}`, LEGEND];
}

const LEGEND = `${" ".repeat(13)}# held and wanted   : held, not wanted   ! wanted, not held`;

function cell(level: number, heldMib: number, wantedMib: number): string {
  if (level <= heldMib) return level <= wantedMib ? "#" : ":";
  return level <= wantedMib ? "!" : " ";
}

/** The mean of each column's part of the samples. */
function resample(samples: readonly number[]): readonly number[] {
  const columns = Math.min(COLUMNS, samples.length);
  return Array.from({ length: columns }, (_, column) => {
    const part = samples.slice(
      Math.floor((column * samples.length) / columns),
      Math.floor(((column + 1) * samples.length) / columns),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
