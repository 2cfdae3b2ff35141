/** Scripts and signs that terminals draw two columns wide. */
const WIDE =
  /^(\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\u3000-\u303f\uff01-\uff60\uffe0-\uffe6])$/u;

/** Text of which every character takes one column: nearly all that there is. */
const NARROW = /^[\u0020-\u10ff]*$/;

/** Columns that shown text takes. */
export function textColumns(text: string): number {
  if (NARROW.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += charColumns(character);
  return columns;
}

/** Shown text in exactly `columns` columns: filled up with spaces at its end or, with `toRight`, before it; cut with `~`. */
export function fitText(text: string, columns: number, toRight = false): string {
  const missing = columns - textColumns(text);
  if (missing < 0) return cutText(text, columns);
  return toRight ? " ".repeat(missing) + text : text + " ".repeat(missing);
}

function cutText(text: string, columns: number): string {
  let [kept, left] = ["", columns - 1];
  for (const character of text) {
    left -= charColumns(character);
    if (left < 0) break;
    kept += character;
  }
  return columns <= 0 ? "" : `${kept}~`.padEnd(columns - textColumns(kept) + kept.length);
}

function charColumns(character: string): number {
  return WIDE.test(character) ? 2 : 1;
}
