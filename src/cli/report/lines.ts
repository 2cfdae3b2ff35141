import { createReadStream } from "node:fs";
import { problemOf, selfballoonError } from "../../core/errors.ts";
import { LineSplitter } from "../../formats/line-splitter.ts";
import { MAX_RECORDING_LINE_LENGTH, parseRecordingLine, type RecordingLine } from "../../formats/recording.ts";

/** Lines that could not be read. */
export interface BadLines {
  count: number;
  /** Where the first one is, and what is wrong with it; null if there is none. */
  first: string | null;
}

/**
 * The lines of recordings, one after the other; `-` is standard input. Lines that can't be read are counted in `bad` and
 * passed over. No more is held than a piece of a file and a line.
 * @throws ERR_USAGE if a file can't be read.
 */
export async function* recordingLines(files: readonly string[], bad: BadLines): AsyncGenerator<RecordingLine> {
  for (const file of files) yield* linesOf(file, bad);
}

async function* linesOf(file: string, bad: BadLines): AsyncGenerator<RecordingLine> {
  const splitter = new LineSplitter(MAX_RECORDING_LINE_LENGTH);
  let number = 0;
  const read = (text: string | null): RecordingLine | null => {
    number += 1;
    if (text?.trim() === "") return null;
    try {
      // What is too long was not kept, and is no line either way.
      return parseRecordingLine(text ?? "", number);
    } catch (thrown) {
      bad.count += 1;
      bad.first ??= `line ${number} of ${file === "-" ? "standard input" : file}: ${detailOf(thrown, text)}`;
      return null;
    }
  };
  for await (const chunk of piecesOf(file)) {
    for (const text of splitter.push(chunk)) {
      const line = read(text);
      if (line !== null) yield line;
    }
  }
  const last = read(splitter.end());
  if (last !== null) yield last;
}

async function* piecesOf(file: string): AsyncGenerator<string> {
  const stream = file === "-" ? process.stdin : createReadStream(file);
  stream.setEncoding("utf8");
  try {
    yield* stream as AsyncIterable<string>;
  } catch (thrown) {
    throw selfballoonError("ERR_USAGE", { problem: `the recording could not be read: ${problemOf(thrown)}` });
  }
}

function detailOf(thrown: unknown, text: string | null): string {
  if (text === null) return `it is longer than ${MAX_RECORDING_LINE_LENGTH / 1024} KiB`;
  const problem =
    thrown instanceof Error && "details" in thrown ? (thrown.details as { problem?: unknown }).problem : null;
  return typeof problem === "string" ? problem : problemOf(thrown);
}
