import { GAP } from "../columns.ts";
import type { Paint } from "../paint.ts";
import { fitText, wrapText } from "../terminal-text.ts";
import type { KeyRow } from "./key-rows.ts";

/** The least room for what a key does beside its name; where there is less it is told below. */
const MIN_BESIDE = 30;

/** What the keys do. */
export function helpLines(
  keys: readonly Pick<KeyRow<never>, "shown" | "does">[],
  columns: number,
  paint: Paint,
): readonly string[] {
  const width = Math.max(...keys.map(({ shown }) => shown.length)) + GAP;
  const isBeside = columns - width >= MIN_BESIDE;
  const indent = isBeside ? width : Math.min(GAP, columns - 1);
  const rows = keys.flatMap(({ shown, does }) => {
    const lines = wrapText(does, columns - indent).map((line) => " ".repeat(indent) + line);
    const name = paint("bold", fitText(shown, Math.min(isBeside ? width : shown.length, columns)));
    return isBeside ? [name + (lines[0] ?? "").slice(indent), ...lines.slice(1)] : [name, ...lines];
  });
  return [paint("bold", fitText("Keys", columns)), ...rows];
}
