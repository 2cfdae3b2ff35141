/** Numbers in [0, 1), the same again for the same seed (mulberry32). */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(random: Random, from: readonly T[]): T | undefined {
  return from[Math.floor(random() * from.length)];
}

const MAX_CHANGES = 6;
const LONG = 64;

/** What is at the edge of some rule or other. */
const EDGES: readonly string[] = [
  ...["0", "-1", "1", "4294967295", "9007199254740992", "18446744073709551615", "1e999", "0x10", "9".repeat(40), "1.5"],
  ...["null", "true", "{}", "[]", '""', '"', "\\", "\n", "\0", " ", ":", ",", "{", "}", "[", "]", "__proto__"],
  ...[
    "\u00ff\u00ff\u00ff\u00ff",
    "\u0000\u0000\u0000\u0000",
    "\u007f\u00ff\u00ff\u00ff",
    "\u001b[2J",
    "%00",
    "\u00c3\u0028",
  ],
];

/**
 * Another input, made of `parent` by some changes: bytes changed, cut out, put in, written again, taken from `other`, or
 * a word of `words` or of what is at the edge of rules in their place.
 */
export function mutated(
  random: Random,
  parent: Buffer,
  other: Buffer,
  words: readonly string[],
  maxBytes: number,
): Buffer {
  let bytes = parent;
  const changes = 1 + Math.floor(random() * MAX_CHANGES);
  for (let nth = 0; nth < changes; nth += 1) bytes = changed(random, bytes, other, words);
  return bytes.subarray(0, maxBytes);
}

function changed(random: Random, bytes: Buffer, other: Buffer, words: readonly string[]): Buffer {
  const below = (limit: number): number => Math.floor(random() * limit);
  const at = below(bytes.length + 1);
  const length = 1 + below(random() < 0.8 ? 8 : LONG);
  const part = bytes.subarray(at, at + length);
  switch (below(8)) {
    case 0:
      return replaced(bytes, at, 1, Buffer.from([below(256)]));
    case 1:
      return replaced(bytes, at, 1, Buffer.from([(bytes[at] ?? 0) ^ (1 << below(8))]));
    case 2:
      return replaced(bytes, at, length, Buffer.alloc(0));
    case 3:
      return replaced(
        bytes,
        at,
        0,
        Buffer.concat(Array.from({ length: 1 + below(random() < 0.9 ? 2 : LONG) }, () => part)),
      );
    case 4: {
      const from = below(other.length + 1);
      return replaced(bytes, at, random() < 0.5 ? 0 : length, other.subarray(from, from + below(LONG * 2)));
    }
    case 5:
      return withNumber(bytes, at, pick(random, EDGES) ?? "");
    case 6:
      return replaced(bytes, at, random() < 0.5 ? 0 : length, Buffer.from(pick(random, EDGES) ?? "", "latin1"));
    default:
      return replaced(bytes, at, random() < 0.5 ? 0 : length, Buffer.from(pick(random, words) ?? "", "latin1"));
  }
}

function replaced(bytes: Buffer, at: number, length: number, put: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + length)]);
}

/** The first run of digits from `at` on becomes another text. */
function withNumber(bytes: Buffer, at: number, text: string): Buffer {
  const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
  let start = at;
  while (start < bytes.length && !isDigit(bytes[start])) start += 1;
  let end = start;
  while (isDigit(bytes[end])) end += 1;
  return replaced(bytes, start, end - start, Buffer.from(text, "latin1"));
}
