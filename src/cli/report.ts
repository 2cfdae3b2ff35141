import { type SelfballoonError, selfballoonError } from "../core/errors.ts";
import { print, printJson } from "./output.ts";
import { figuresOfTally } from "./report/figures.ts";
import { type BadLines, recordingLines } from "./report/lines.ts";
import { Tally } from "./report/tally.ts";
import { reportLines } from "./report/text.ts";
import { writeFile } from "./write-file.ts";

export interface ReportOptions {
  /** Where the page goes; standard output if it is left out and no terminal. */
  readonly output?: string;
  readonly json?: boolean;
}

/**
 * `selfballoon report FILE...`: what recordings show, as a page, as figures, or in short on a terminal.
 * @throws ERR_USAGE for what can't be read or is no recording.
 */
export async function report(version: string, files: readonly string[], options: ReportOptions): Promise<void> {
  const tally = new Tally();
  const bad: BadLines = { count: 0, first: null };
  for await (const line of recordingLines(files, bad)) {
    if (line.kind === "observation") tally.add(line.observation, line.step ?? null);
  }
  if (tally.lines === 0) throw noRecording(files, bad);
  const figures = figuresOfTally(tally, bad);
  const page = async (): Promise<string> => (await import("./report/page.ts")).reportPage(version, figures, tally);
  if (options.output !== undefined) writeFile(options.output, await page());
  if (options.json) printJson({ version, ...figures });
  else if (options.output !== undefined || process.stdout.isTTY) reportLines(figures).forEach(print);
  else process.stdout.write(await page());
}

function noRecording(files: readonly string[], { first }: BadLines): SelfballoonError {
  const named = files.map((file) => (file === "-" ? "standard input" : file)).join(", ");
  const why = first === null ? "" : ` (${first})`;
  return selfballoonError("ERR_USAGE", {
    problem: `a recording must have observations, but there is none in ${named}${why}; nothing was written`,
  });
}
