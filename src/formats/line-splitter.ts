/** Cuts a stream of text into lines, without their newlines, and holds no more of it than one line. */
export class LineSplitter {
  private readonly limit: number;
  private pending = "";
  private isPassing = false;

  /** `limit`: the longest line, in characters. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** True while the rest of a line that is too long goes by. */
  get isTooLong(): boolean {
    return this.isPassing;
  }

  /** The lines that end in this piece of text; null stands for one that is too long. */
  push(text: string): readonly (string | null)[] {
    const [first = "", ...others] = text.split("\n");
    this.hold(first);
    return others.map((part) => {
      const line = this.end();
      this.hold(part);
      return line;
    });
  }

  /** What is left after the last newline; empty if nothing is, null if it is too long. */
  end(): string | null {
    const line = this.isPassing ? null : this.pending;
    this.isPassing = false;
    this.pending = "";
    return line;
  }

  private hold(part: string): void {
    if (this.isPassing) return;
    this.isPassing = this.pending.length + part.length > this.limit;
    this.pending = this.isPassing ? "" : this.pending + part;
  }
}
