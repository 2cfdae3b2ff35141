/** A JSON object whose fields are not yet known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether `value` is a JSON object: not null, no array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Deepest nesting, and most values, of what a peer may say: more keeps the parser busy for up to a second a MiB. */
const MAX_DEPTH = 32;
const MAX_VALUES = 16_384;

/** The object that `text` holds, or null if it holds anything else, or too much. */
export function parseJsonObject(text: string): JsonObject | null {
  if (!isBounded(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether the JSON of `text` is within the bounds, as far as it is JSON. */
function isBounded(text: string): boolean {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      at = endOfString(text, at);
      continue;
    }
    const opens = character === "[" || character === "{";
    if (opens) depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    if (opens || character === ",") values += 1;
    if (depth > MAX_DEPTH || values > MAX_VALUES) return false;
  }
  return true;
}

/** Where the string ends that begins at `start`; the text's end if it never does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/** The field `name` if it is a whole number of at least 0 within JavaScript's safe range, else null. */
export function countField(object: JsonObject, name: string): number | null {
  const value = object[name];
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** The field `name` if it is a text, else null. */
export function textField(object: JsonObject, name: string): string | null {
  const value = object[name];
  return typeof value === "string" ? value : null;
}

/** Text that a peer wrote, made fit for one line of a log. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").slice(0, 200);
}
