import { selfballoonError } from "../core/errors.ts";
import { LineSplitter } from "../formats/line-splitter.ts";

/**
 * The lines of a stream, without their newlines; a last one needs none. Empty lines are passed over.
 * @throws ERR_RECORDING_LINE for a line longer than `limit` characters: it is not collected further.
 */
export async function* readLines(
  stream: AsyncIterable<string>,
  limit: number,
): AsyncGenerator<{ readonly text: string; readonly number: number }> {
  const splitter = new LineSplitter(limit);
  let number = 0;
  const tooLong = (): Error =>
    selfballoonError("ERR_RECORDING_LINE", { line: number, problem: `it is longer than ${limit} characters` });
  for await (const chunk of stream) {
    for (const text of splitter.push(chunk)) {
      number += 1;
      if (text === null) throw tooLong();
      if (text.trim() !== "") yield { text, number };
    }
    if (!splitter.isTooLong) continue;
    number += 1;
    throw tooLong();
  }
  const last = splitter.end() ?? "";
  if (last.trim() !== "") yield { text: last, number: number + 1 };
}
