import { selfballoonError } from "../../core/errors.ts";

const NEWLINE = 0x0a;

/** A line in more pieces is put together meanwhile: each piece costs more than its bytes. */
const MAX_PIECES = 256;

/** Both QEMU and its agent start afresh at this byte, which no UTF-8 text holds (QEMU, docs/interop/qmp-spec). */
export const RESTART = 0xff;

/** Splits a stream of bytes into lines, within a bound. */
export class LineSplitter {
  private readonly what: string;
  private readonly maxLineBytes: number;
  private held: Buffer[] = [];
  private heldBytes = 0;

  constructor(what: string, maxLineBytes: number) {
    this.what = what;
    this.maxLineBytes = maxLineBytes;
  }

  /**
   * Take the next bytes, and hand over the lines that they complete: without line ends, and without what stands before a
   * byte 0xFF. Empty ones are handed over too, because they cost as much as others. Once `takeLine` returns false nothing
   * more of these bytes is looked at.
   * @throws ERR_FORMAT if a line grows beyond the bound; the splitter is of no use after that.
   */
  push(chunk: Buffer, takeLine: (line: string) => boolean): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (!takeLine(this.take(chunk.subarray(start, end)))) return;
      start = end + 1;
    }
    if (start < chunk.length) this.hold(Buffer.from(chunk.subarray(start))); // the caller reuses its buffer
  }

  private hold(part: Buffer): void {
    this.heldBytes += part.length;
    if (this.heldBytes > this.maxLineBytes) {
      this.held = [];
      const expected = `lines of at most ${this.maxLineBytes} bytes`;
      throw selfballoonError("ERR_FORMAT", { what: this.what, expected, problem: "one is longer" });
    }
    this.held.push(part);
    if (this.held.length > MAX_PIECES) this.held = [Buffer.concat(this.held)];
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
