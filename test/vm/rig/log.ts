import { readFile } from "node:fs/promises";

const TAIL_LINES = 30;

/** The last lines of a log, for a message; says so if there is no such file. */
export async function tailOf(file: string): Promise<string> {
  const text = await readFile(file, "latin1").catch(() => "(no such file)");
  return text.replaceAll("\r", "").trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
}
