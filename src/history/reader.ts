import { createReadStream } from "node:fs";
import { hasSystemCode } from "../core/errors.ts";
import type { HistoryQuery, HistoryRange } from "../core/history.ts";
import { LineSplitter } from "../formats/line-splitter.ts";
import { MAX_RECORDING_LINE_LENGTH, parseRecordingLine } from "../formats/recording.ts";
import { Sampler } from "../view/sampler.ts";
import { historyPoints, moreTelling, type StepPoint, stepPoint } from "../view/step-point.ts";
import { type HistoryFile, listFiles } from "./files.ts";

/** A reader waits no longer; then it gets the newer part. */
const DEADLINE_MS = 4000;

/** Read at once, and judged before anything else has its turn. */
const CHUNK_BYTES = 65_536;

/** Read a part of a guest's past from the files of `directory`, the newest first. Lines that are no step are passed over. */
export async function readHistory(directory: string, query: HistoryQuery, nowMs: () => number): Promise<HistoryRange> {
  const files = await listFiles(directory);
  const endMs = nowMs() + DEADLINE_MS;
  const sampler = new Sampler(moreTelling);
  const add = (point: StepPoint): void => sampler.add(point, query.points);
  let complete = true;
  for (const file of filesOf(files, query).reverse()) {
    complete &&= await readFile(file, query, add, () => nowMs() < endMs);
  }
  const points = historyPoints(sampler.moments());
  return { guest: query.guest, keptFromMs: files[0]?.beganMs ?? null, complete, points };
}

/** The files that may hold lines of the asked time: each ends where the next one begins. */
function filesOf(files: readonly HistoryFile[], { fromMs, toMs }: HistoryQuery): HistoryFile[] {
  return files.filter(({ beganMs }, index) => {
    const endMs = files[index + 1]?.beganMs ?? Number.POSITIVE_INFINITY;
    return beganMs <= toMs && endMs >= (fromMs ?? 0);
  });
}

/** False if time was up before the end of the file. */
async function readFile(
  { path }: HistoryFile,
  query: HistoryQuery,
  add: (point: StepPoint) => void,
  isInTime: () => boolean,
): Promise<boolean> {
  const splitter = new LineSplitter(MAX_RECORDING_LINE_LENGTH);
  const stream = createReadStream(path, { encoding: "utf8", highWaterMark: CHUNK_BYTES });
  const name = `"guest":${JSON.stringify(query.guest)},`;
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      if (!isInTime()) return false;
      for (const line of splitter.push(chunk)) {
        // Most lines are of other guests; it is not worth parsing them.
        const point = line?.includes(name) ? pointOf(line, query) : null;
        if (point !== null) add(point);
      }
    }
  } catch (thrown) {
    // It was dropped meanwhile.
    if (!hasSystemCode(thrown, "ENOENT")) throw thrown;
  }
  return true;
}

function pointOf(text: string, { guest, fromMs, toMs }: HistoryQuery): StepPoint | null {
  try {
    const line = parseRecordingLine(text, 0);
    if (line.kind !== "observation" || line.step === undefined || line.observation.guest !== guest) return null;
    const { atMs } = line.step;
    return atMs >= (fromMs ?? 0) && atMs <= toMs ? stepPoint(line.observation, line.step) : null;
  } catch {
    // A line that a crash tore, or that somebody else wrote.
    return null;
  }
}
