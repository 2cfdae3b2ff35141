import { selfballoonError } from "../../core/errors.ts";

/** Longest line that is taken; QEMU's and the agent's longest replies to what we ask stay far below. */
export const MAX_LINE_BYTES = 1_048_576;

const NEWLINE = 0x0a;

/** Both QEMU and its agent start afresh at this byte, which no UTF-8 text holds (QEMU, docs/interop/qmp-spec). */
export const RESTART = 0xff;

/** Splits a stream of bytes into lines, within a bound. */
export class LineSplitter {
  private readonly what: string;
  private held: Buffer[] = [];
  private heldBytes = 0;

  constructor(what: string) {
    this.what = what;
  }

  /**
   * Take the next bytes.
   * @returns the lines that they complete, without line ends, without empty lines, and without what stands before a
   * byte 0xFF.
   * @throws ERR_FORMAT if a line grows beyond the bound; the splitter is of no use after that.
   */
  push(chunk: Buffer): readonly string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.take(chunk.subarray(start, end));
      if (line !== "") lines.push(line);
      start = end + 1;
    }
    if (start < chunk.length) this.hold(Buffer.from(chunk.subarray(start))); // the caller reuses its buffer
    return lines;
  }

  private hold(part: Buffer): void {
    this.heldBytes += part.length;
    if (this.heldBytes > MAX_LINE_BYTES) {
      this.held = [];
      const expected = `lines of at most ${MAX_LINE_BYTES} bytes`;
      throw selfballoonError("ERR_FORMAT", { what: this.what, expected, problem: "one is longer" });
    }
    this.held.push(part);
  }

  private take(end: Buffer): string {
    if (this.held.length === 0) return decode(end);
    this.hold(end);
    const whole = Buffer.concat(this.held);
    this.held = [];
    this.heldBytes = 0;
    return decode(whole);
  }
}

function decode(line: Buffer): string {
  return line
    .subarray(line.lastIndexOf(RESTART) + 1)
    .toString("utf8")
    .trim();
}
