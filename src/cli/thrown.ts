import { CommanderError } from "commander";
import { hasSystemCode, problemOf, SelfballoonError, selfballoonError } from "../core/errors.ts";
import { SENTENCE_LENGTH, shownText } from "../core/shown-text.ts";

/** Where a command line is not understood: say whose help says more. */
export function refuse(words: string): (error: CommanderError) => never {
  return (error) => {
    if (error.exitCode === 0 || error.code === "commander.help") throw error;
    throw new CommanderError(error.exitCode, error.code, `${error.message.replace(/\.$/, "")}; see ${words} --help`);
  };
}

/** Say what ended a command, as text or JSON on standard error. @returns the exit code. */
export function exitCodeOf(thrown: unknown, json: boolean): number {
  if (!(thrown instanceof CommanderError)) return reportError(thrown, json);
  if (thrown.exitCode === 0) return 0;
  // Help for want of a command was printed, and says all.
  return thrown.code === "commander.help" ? 2 : reportError(usageError(thrown), json);
}

/** What the parser did not understand, as an error from the table. */
function usageError({ message }: CommanderError): SelfballoonError {
  return selfballoonError("ERR_USAGE", { problem: message.replace(/^error: /, "").replaceAll("\n", " ") });
}

/** What the table does not foresee is a fault of ours, unless the machine lets us open nothing, not even our own files. */
function unforeseen(thrown: unknown): SelfballoonError {
  const isLimit = hasSystemCode(thrown, "EMFILE") || hasSystemCode(thrown, "ENFILE");
  return selfballoonError(isLimit ? "ERR_DESCRIPTORS" : "ERR_INTERNAL", { problem: problemOf(thrown) }, thrown);
}

function reportError(thrown: unknown, json: boolean): number {
  const error = thrown instanceof SelfballoonError ? thrown : unforeseen(thrown);
  const { code, message, details } = error;
  process.stderr.write(
    json
      ? `${JSON.stringify({ code, message, details })}\n`
      : `selfballoon: ${shownText(message, SENTENCE_LENGTH)} [${code}]\n`,
  );
  if (error.code === "ERR_INTERNAL" && thrown instanceof Error) process.stderr.write(`${thrown.stack ?? ""}\n`);
  return error.exitCode;
}
