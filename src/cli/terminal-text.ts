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

/** Two texts at the edges of a line of `columns` columns; where both do not fit, the left one gives way. */
export function edgesText(left: string, right: string, columns: number): string {
  const room = columns - textColumns(right) - 1;
  return room < 1 ? fitText(right, columns) : `${fitText(left, room)} ${right}`;
}

/** Shown text in lines of at most `columns` columns, parted between words; a word that is longer is parted where the line ends. */
export function wrapText(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((whole) => pieces(whole, columns))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (textColumns(longer) <= columns) line = longer;
    else {
      if (line !== "") lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** A word in pieces that fit into `columns` columns, with a sign for each character that is wider than all of them. */
function pieces(word: string, columns: number): readonly string[] {
  const made: string[] = [];
  let piece = "";
  for (const character of word) {
    if (piece !== "" && textColumns(piece) + charColumns(character) > columns) {
      made.push(piece);
      piece = "";
    }
    piece += charColumns(character) > columns ? "~" : character;
  }
  return [...made, piece];
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
