import type { Report } from "./report.ts";

/** How many changes of a room its tests noticed. */
export interface Score {
  readonly noticed: number;
  /** Of these, how many only because a test did not end. */
  readonly timedOut: number;
  readonly tried: number;
  /** Not put to the test: in tables and other values that are made when a file is loaded, and what is not in a sample. */
  readonly leftOut: number;
  /** A line for each change that no test noticed. */
  readonly survivors: readonly string[];
}

/** Longer pieces of source are cut when a survivor is told. */
const MAX_TOLD = 70;

type File = Report["files"][string];
type Mutant = File["mutants"][number];

export function scoreOf({ files }: Report): Score {
  const mutants = Object.values(files).flatMap((file) => file.mutants);
  const count = (...statuses: string[]): number => mutants.filter(({ status }) => statuses.includes(status)).length;
  return {
    noticed: count("Killed", "Timeout"),
    timedOut: count("Timeout"),
    tried: count("Killed", "Timeout", "Survived", "NoCoverage"),
    leftOut: count("Ignored"),
    survivors: Object.entries(files).flatMap(([path, file]) => survivorsOf(path, file)),
  };
}

/** @param every of so many functions one was changed. */
export function describeScore(place: string, score: Score, every: number): string {
  const { noticed, timedOut, tried, leftOut, survivors } = score;
  const share = tried === 0 ? "nothing to change" : `${((100 * noticed) / tried).toFixed(1)} %`;
  const others = every === 1 ? "made at load" : `made at load or not in 1 of ${every} functions`;
  const note = `${timedOut} by waiting; ${leftOut} ${others} left out`;
  return [...survivors, `${place}: ${share}, ${noticed} of ${tried} noticed (${note})`].join("\n");
}

function survivorsOf(path: string, { source, mutants }: File): readonly string[] {
  const lines = source.split("\n");
  return mutants
    .filter(({ status }) => status === "Survived" || status === "NoCoverage")
    .sort((one, other) => one.location.start.line - other.location.start.line)
    .map((mutant) => {
      const note = mutant.status === "NoCoverage" ? "  (no test comes here)" : "";
      return `${path}:${mutant.location.start.line}  ${oneLine(before(lines, mutant))}  ->  ${oneLine(mutant.replacement ?? "")}${note}`;
    });
}

/** The piece of source that was changed. Columns are counted from 1, and the end is the first that was not changed. */
function before(lines: readonly string[], { location: { start, end } }: Mutant): string {
  const text = lines.slice(start.line - 1, end.line).join("\n");
  const lastLine = lines[end.line - 1] ?? "";
  return text.slice(start.column - 1, text.length - (lastLine.length - (end.column - 1)));
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= MAX_TOLD ? line : `${line.slice(0, MAX_TOLD - 3)}...`;
}
