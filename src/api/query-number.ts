import { selfballoonError } from "../core/errors.ts";
import type { QueryNumber } from "./route.ts";

/** What a query says of a whole number; null if it says nothing of it. @throws ERR_QUERY_INVALID. */
export function queryNumber(query: URLSearchParams | undefined, { name, min, max }: QueryNumber): number | null {
  const text = query?.get(name) ?? null;
  if (text === null) return null;
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const expected = `a whole number from ${min} to ${max}`;
  throw selfballoonError("ERR_QUERY_INVALID", { name, expected, value: JSON.stringify(text.slice(0, 64)) });
}
