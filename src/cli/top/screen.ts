import { emitKeypressEvents } from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";
import { type Press, pressesOf } from "./press.ts";

// Control sequences of xterm, which every terminal that is in use understands (ECMA-48 and DEC private modes).
const OTHER_SCREEN = "\u001b[?1049h";
const FIRST_SCREEN = "\u001b[?1049l";
const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const NO_WRAP = "\u001b[?7l";
const WRAP = "\u001b[?7h";
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[2K";

/** Where the terminal does not say its size. */
const USUAL_SIZE = { columns: 80, rows: 24 };

/** A terminal that is ours alone for a while: its other screen, without cursor, key by key. */
export class Screen {
  private readonly input: ReadStream;
  private readonly output: WriteStream;
  private isOurs = false;

  constructor(input: ReadStream, output: WriteStream) {
    this.input = input;
    this.output = output;
    // However the process ends, the terminal is as it was before.
    process.on("exit", () => this.leave());
  }

  get size(): { readonly columns: number; readonly rows: number } {
    // A terminal may say 0 where it does not know.
    const { columns, rows } = this.output;
    return { columns: columns || USUAL_SIZE.columns, rows: rows || USUAL_SIZE.rows };
  }

  enter(): void {
    if (this.isOurs) return;
    this.isOurs = true;
    // Keys come only from a terminal; without one there is the signal.
    if (this.input.isTTY) this.input.setRawMode(true);
    this.output.write(OTHER_SCREEN + HIDE_CURSOR + NO_WRAP);
  }

  leave(): void {
    if (!this.isOurs) return;
    this.isOurs = false;
    this.output.write(WRAP + SHOW_CURSOR + FIRST_SCREEN);
    if (this.input.isTTY) this.input.setRawMode(false);
  }

  /** Show `lines`, one for each row of the terminal. */
  draw(lines: readonly string[]): void {
    if (!this.isOurs) return;
    this.output.write(HOME + lines.map((line) => CLEAR_LINE + line).join("\r\n"));
  }

  /** Be told of each key, and of each change of size. Returns how to stop. */
  listen(onPress: (press: Press) => void, onResize: () => void): () => void {
    const keypress = (text: string | undefined, key: Parameters<typeof pressesOf>[1]): void =>
      pressesOf(text, key).forEach(onPress);
    emitKeypressEvents(this.input);
    this.input.on("keypress", keypress);
    this.output.on("resize", onResize);
    if (this.input.isTTY) this.input.resume();
    return () => {
      this.input.off("keypress", keypress);
      this.output.off("resize", onResize);
      this.input.pause();
    };
  }
}
