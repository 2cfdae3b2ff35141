import type { KernelParameter } from "../core/boot-options.ts";

/** A word: up to the next space that is not between double quotes. A quote that is never closed reaches to the end. */
const WORD = /(?:[^ \t\n\v\f\r"]|"[^"]*(?:"|$))+/g;

/**
 * The parameters of a kernel command line (`/proc/cmdline`), up to `--`, after which they are those of init.
 *
 * As the kernel reads them: spaces between double quotes divide no words; a quote at the beginning of a word or of a value
 * is not part of it, nor is the one that ends the word then; the first `=` ends the name, but is never its first character.
 */
export function parseKernelCommandLine(text: string): readonly KernelParameter[] {
  const parameters = (text.match(WORD) ?? []).map(parseParameter);
  const end = parameters.findIndex(({ name, value }) => name === "--" && value === null);
  return end === -1 ? parameters : parameters.slice(0, end);
}

function parseParameter(word: string): KernelParameter {
  const isQuoted = word.startsWith('"');
  const bare = isQuoted ? word.slice(1) : word;
  const equals = bare.indexOf("=", 1);
  const isValueQuoted = equals !== -1 && bare.startsWith('"', equals + 1);
  const end = (isQuoted || isValueQuoted) && bare.endsWith('"') ? bare.length - 1 : bare.length;
  if (equals === -1) return { name: bare.slice(0, end), value: null };
  return { name: bare.slice(0, equals), value: bare.slice(equals + (isValueQuoted ? 2 : 1), end) };
}
