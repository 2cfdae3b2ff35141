import { once } from "node:events";
import { createReadStream } from "node:fs";
import { problemOf, selfballoonError } from "../../core/errors.ts";
import type { Policy } from "../../core/policy.ts";
import { MAX_RECORDING_LINE_LENGTH } from "../../formats/recording.ts";
import { readLines } from "../lines.ts";
import { print } from "../output.ts";
import { Player } from "./player.ts";

export interface ReplayOptions {
  readonly set: readonly string[];
  readonly policy: Policy;
  /** Print no decisions: compare each with the recorded one. */
  readonly check?: boolean;
}

/** `selfballoon replay FILE|-`: a line in, a line out, flushed. */
export async function replay(version: string, file: string, options: ReplayOptions): Promise<void> {
  const { policy, set, check: isChecked = false } = options;
  if (isChecked && set.length > 0)
    throw selfballoonError("ERR_USAGE", { problem: "--check compares what was recorded: leave --set out" });
  const player = new Player({ policy, isChecked, version }, set);
  for await (const answer of answers(player, file)) {
    if (!isChecked && !process.stdout.write(`${answer}\n`)) await once(process.stdout, "drain");
  }
  if (isChecked) print(`${player.checked} decisions checked: a replay makes each again.`);
}

async function* answers(player: Player, file: string): AsyncGenerator<string> {
  const stream = file === "-" ? process.stdin : createReadStream(file);
  stream.setEncoding("utf8");
  try {
    for await (const { text, number } of readLines(stream as AsyncIterable<string>, MAX_RECORDING_LINE_LENGTH)) {
      yield player.answer(text, number);
    }
  } catch (thrown) {
    if (!(thrown instanceof Error && "syscall" in thrown)) throw thrown;
    throw selfballoonError("ERR_USAGE", { problem: `the recording could not be read: ${problemOf(thrown)}` });
  }
}
