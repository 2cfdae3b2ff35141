import { selfballoonError } from "../core/errors.ts";

/**
 * The lines of a stream, without their newlines; a last one needs none. Empty lines are passed over.
 * @throws ERR_RECORDING_LINE for a line longer than `limit` characters: it is not collected further.
 */
export async function* readLines(
  stream: AsyncIterable<string>,
  limit: number,
): AsyncGenerator<{ readonly text: string; readonly number: number }> {
  let pending = "";
  let number = 0;
  for await (const chunk of stream) {
    const parts = (pending + chunk).split("\n");
    pending = parts.pop() ?? "";
    for (const text of parts) {
      number += 1;
      if (text.trim() !== "") yield { text, number };
    }
    if (pending.length > limit) {
      throw selfballoonError("ERR_RECORDING_LINE", {
        line: number + 1,
        problem: `it is longer than ${limit} characters`,
      });
    }
  }
  if (pending.trim() !== "") yield { text: pending, number: number + 1 };
}
