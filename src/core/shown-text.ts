import { ALL_GUESTS } from "./all-guests.ts";

const NAME_LENGTH = 256;

/** What ASCII can show: nothing of it is escaped. */
const PLAIN = /^[ -~]*$/;

/** Longest sentence of a peer that is shown. */
export const SENTENCE_LENGTH = 2048;

/**
 * Text of a guest, a peer or a file as people are shown it, on a terminal, in a log, a report, the page or a metric's
 * label: one line, in which nothing is invisible, moves a cursor or turns the direction of reading. What would is
 * escaped (`\n`, `\u{202e}`), marks that pile up on a letter are left out, and text longer than `maxLength` is cut; a
 * number made of all of it tells such texts apart.
 */
export function shownText(text: string, maxLength = NAME_LENGTH): string {
  // Most texts are plain, and a busy log is full of them.
  if (text.length <= maxLength && PLAIN.test(text)) return text;
  const kept = text.slice(0, maxLength);
  const shown = kept
    .normalize("NFC")
    .replace(/\p{M}/gu, "")
    .replace(/\p{Zs}/gu, " ")
    .replace(/[\p{C}\p{Z}]/gu, escaped);
  return kept === text ? shown : `${shown}…${checksum(text)}`;
}

/** A guest's name as people are shown it; `*` alone stands for the host, so that a guest of that name is quoted. */
export function shownGuest(name: string): string {
  return name === ALL_GUESTS ? `"${name}"` : shownText(name);
}

/**
 * A value as one line of JSON that does nothing to a terminal: what would be invisible, move a cursor or turn the direction
 * of reading is written as `\uXXXX`, which means the same to whoever reads it as JSON.
 */
export function shownJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function escaped(character: string): string {
  if (character === " ") return character;
  return SHORT.get(character) ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** FNV-1a, of 32 bits, in hexadecimal. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
