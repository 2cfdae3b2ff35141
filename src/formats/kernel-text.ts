import { SelfballoonError, selfballoonError } from "../core/errors.ts";

/**
 * The greatest count that is read from a text. It leaves room for sums and products within JavaScript's safe range,
 * and is far above what memory can hold: 2^52 KiB are 4 EiB.
 */
export const MAX_COUNT = 2 ** 52;

/** The longest text that is parsed, in characters: `/proc/zoneinfo` with 8 nodes and 1,024 processors has 1 MiB. */
const MAX_TEXT_LENGTH = 4 * 1024 * 1024;

/** How much of a wrong text an error quotes, in characters. */
const MAX_QUOTE_LENGTH = 40;

/** The error of a parser: `what` (a kernel file's path) must hold `expected`, but `problem`. */
export function formatError(what: string, expected: string, problem: string): SelfballoonError {
  return selfballoonError("ERR_FORMAT", { what, expected, problem });
}

/** The start of an untrusted text, safe to print on one line. */
export function quote(text: string): string {
  return JSON.stringify(text.slice(0, MAX_QUOTE_LENGTH));
}

/**
 * Refuse a text that no kernel file has: empty, too long, or without the newline that ends every last line, which means
 * that it was cut off and its last number may be too small.
 * @throws ERR_FORMAT
 */
export function requireWholeText(what: string, text: string): void {
  const expected = "whole lines of text";
  if (text === "") throw formatError(what, expected, "it is empty");
  if (text.length > MAX_TEXT_LENGTH) throw formatError(what, expected, `it has over ${MAX_TEXT_LENGTH} characters`);
  if (!text.endsWith("\n")) throw formatError(what, expected, "it is cut off within a line");
}

/**
 * What `parse` makes of a text that nothing depends on: null if there is none, or if it is not what it should be.
 * @throws what `parse` throws besides ERR_FORMAT: a fault of ours.
 */
export function parseOptional<Value>(parse: (text: string) => Value, text: string | null): Value | null {
  if (text === null) return null;
  try {
    return parse(text);
  } catch (thrown) {
    if (thrown instanceof SelfballoonError && thrown.code === "ERR_FORMAT") return null;
    throw thrown;
  }
}

/** What follows `prefix` on the first line that starts with it, or null if there is no such line. */
export function restOfLine(text: string, prefix: string): string | null {
  const at = findLine(text, prefix, 0);
  return at === -1 ? null : text.slice(at + prefix.length, endOfLine(text, at));
}

/** What follows `prefix` on every line that starts with it. */
export function restsOfLines(text: string, prefix: string): readonly string[] {
  const rests: string[] = [];
  for (let at = findLine(text, prefix, 0); at !== -1; at = findLine(text, prefix, at + 1))
    rests.push(text.slice(at + prefix.length, endOfLine(text, at)));
  return rests;
}

/** Where the first line at or after `from` starts that starts with `prefix`; -1 if there is none. */
function findLine(text: string, prefix: string, from: number): number {
  let at = text.indexOf(prefix, from);
  while (at > 0 && text[at - 1] !== "\n") at = text.indexOf(prefix, at + 1);
  return at;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

/** The count that `digits` spells in plain decimal, or null if it is anything else or above `MAX_COUNT`. */
export function parseCount(digits: string): number | null {
  if (!/^[0-9]{1,16}$/.test(digits)) return null;
  const count = Number(digits);
  return count <= MAX_COUNT ? count : null;
}

/**
 * The count that `digits` spells.
 * @throws ERR_FORMAT that names the field, if it spells none.
 */
export function requireCount(what: string, field: string, digits: string): number {
  const count = parseCount(digits);
  if (count === null) throw formatError(what, `a whole number as ${field}`, `it is ${quote(digits)}`);
  return count;
}

/**
 * The sum of `counts`.
 * @throws ERR_FORMAT that names the field, if the sum is above `MAX_COUNT`.
 */
export function requireSum(what: string, field: string, counts: readonly number[]): number {
  const sum = counts.reduce((total, count) => total + count, 0);
  if (sum > MAX_COUNT) throw formatError(what, `at most ${MAX_COUNT} as ${field}`, `it adds up to ${sum}`);
  return sum;
}
