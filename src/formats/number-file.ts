import { selfballoonError } from "../core/errors.ts";

/** Longest text that is taken for one number. */
const MAX_LENGTH = 32;

/**
 * A file that holds one whole number, such as sysfs attributes (Documentation/filesystems/sysfs.rst).
 * @throws ERR_FORMAT if it is not one plain decimal number within JavaScript's safe range.
 */
export function parseNumberFile(text: string, what: string): number {
  const trimmed = text.length <= MAX_LENGTH ? text.trim() : "";
  const value = /^[0-9]+$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  const problem = text === "" ? "it is empty" : `it holds ${JSON.stringify(text.slice(0, MAX_LENGTH))}`;
  throw selfballoonError("ERR_FORMAT", { what, expected: "one whole number", problem });
}
