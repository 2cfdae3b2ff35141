import { writeFileSync } from "node:fs";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { print, printJson } from "./output.ts";
import { figuresOfTally } from "./report/figures.ts";
import { type BadLines, recordingLines } from "./report/lines.ts";
import { Tally } from "./report/tally.ts";
import { reportLines } from "./report/text.ts";

export interface ReportOptions {
  /** Where the page goes; standard output if it is left out and no terminal. */
  readonly output?: string;
  readonly json?: boolean;
}

/** `selfballoon report FILE...`: what recordings tell, as a page, as figures, or in short on a terminal. */
export async function report(version: string, files: readonly string[], options: ReportOptions): Promise<void> {
  const tally = new Tally();
  const bad: BadLines = { count: 0, first: null };
  for await (const line of recordingLines(files, bad)) {
    if (line.kind === "observation") tally.add(line.observation, line.step ?? null);
  }
  const figures = figuresOfTally(tally, bad);
  const page = async (): Promise<string> => (await import("./report/page.ts")).reportPage(version, figures, tally);
  if (options.output !== undefined) writePage(options.output, await page());
  if (options.json) printJson({ version, ...figures });
  else if (options.output !== undefined || process.stdout.isTTY) reportLines(figures).forEach(print);
  else process.stdout.write(await page());
}

function writePage(file: string, page: string): void {
  try {
    writeFileSync(file, page);
  } catch (thrown) {
    throw selfballoonError("ERR_USAGE", { problem: `the report could not be written: ${problemOf(thrown)}` });
  }
}
