/** What nobody reads is kept up to this, in bytes; lines beyond it are lost. */
const MAX_UNREAD_BYTES = 1_048_576;

/** The end of the process waits this long for whoever has not read its output yet. */
const LAST_READ_MS = 1000;

/** A stream as far as lines are written to it. */
export interface LineOutput {
  readonly writableLength: number;
  write(text: string): unknown;
}

/**
 * Writes lines that a stuck reader may leave unread: only so many are kept for it. Once it reads again, it is first told how
 * many it lost, where `lostLine` gives words for that.
 */
export function boundedOutput(output: LineOutput, lostLine: (lines: number) => string | null): (line: string) => void {
  let lost = 0;
  return (line) => {
    if (output.writableLength > MAX_UNREAD_BYTES) {
      lost += 1;
      return;
    }
    const told = lost === 0 ? null : lostLine(lost);
    lost = 0;
    output.write(told === null ? `${line}\n` : `${told}\n${line}\n`);
  };
}

/** All is done: from now on a reader that does not read keeps the process up for a second at the most. */
export function endDespiteReaders(): void {
  setTimeout(() => process.exit(), LAST_READ_MS).unref();
}
