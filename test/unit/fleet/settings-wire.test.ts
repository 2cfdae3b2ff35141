import { describe, expect, it } from "vitest";
import {
  decodeDocument,
  encodeDocument,
  formatKeptDocuments,
  MAX_PATTERNS,
  MAX_SETTINGS_BYTES,
  parseKeptDocuments,
  type SettingsDocument,
} from "../../../src/fleet/settings-wire.ts";

const DOCUMENT = { settings: { guard: "0" }, guests: { "db*": { max_mb: "100" } } };
const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const letter = (nth: number): string => String.fromCharCode(97 + nth);
const many = (count: number, text: string): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, nth) => [`a${letter(nth % 26)}${letter(Math.floor(nth / 26))}`, text]),
  );
const guests = (count: number): Record<string, Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, nth) => [`g${nth}`, {}]));

describe("a scope's settings", () => {
  it("are read as they were written, and kept as they were read", () => {
    expect(decodeDocument(encodeDocument(DOCUMENT))).toEqual(DOCUMENT);
    const kept = { all: { revision: 7, ...DOCUMENT } };
    expect(parseKeptDocuments(formatKeptDocuments(kept))).toEqual(kept);
  });

  it.each(["__proto__", "constructor", "toString"])("are read and kept of guests that are called %s", (guest) => {
    const guests = Object.fromEntries([[guest, { weight: "9" }]]);
    const read = decodeDocument(encodeDocument({ settings: {}, guests }));
    expect(Object.entries(read.guests)).toEqual([[guest, { weight: "9" }]]);
    const kept = parseKeptDocuments(formatKeptDocuments({ all: { revision: 7, ...read } }));
    expect(Object.entries(kept["all"]?.guests ?? {})).toEqual([[guest, { weight: "9" }]]);
  });

  it.each([
    ["are no JSON", new TextEncoder().encode("{")],
    ["are of another version", bytesOf({ v: 2, ...DOCUMENT })],
    ["name nothing", bytesOf({ v: 1 })],
    ["have a value that is no text", bytesOf({ v: 1, ...DOCUMENT, settings: { guard: 1 } })],
    ["have a name that is no word", bytesOf({ v: 1, ...DOCUMENT, settings: { "a b": "1" } })],
    ["have a name that no host could tell of", bytesOf({ v: 1, ...DOCUMENT, settings: { ["a".repeat(49)]: "1" } })],
    ["have a long value", bytesOf({ v: 1, ...DOCUMENT, settings: { guard: "1".repeat(65) } })],
    ["have too many names", bytesOf({ v: 1, ...DOCUMENT, settings: many(65, "1") })],
    ["have too many guests", bytesOf({ v: 1, ...DOCUMENT, guests: guests(MAX_PATTERNS + 1) })],
    ["are too long", bytesOf({ v: 1, ...DOCUMENT, more: "x".repeat(MAX_SETTINGS_BYTES) })],
  ])("are refused where they %s", (_, bytes) => {
    expect(() => decodeDocument(bytes)).toThrow();
  });

  it("are not written where they are too long to be read", () => {
    const guestsOf = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, nth) => [`${nth}${"x".repeat(240)}`, many(64, "1".repeat(64))]),
      );
    expect(() => encodeDocument({ settings: {}, guests: guestsOf(64) })).toThrow(/at most 131072/);
  });

  it.each<[string, SettingsDocument, RegExp]>([
    ["guests have no name", { settings: {}, guests: { "": {} } }, /a name or glob of guests has 1 to 256 letters/],
    ["there are too many guests", { settings: {}, guests: guests(MAX_PATTERNS + 1) }, /more than 256 guests/],
    ["a value is empty", { settings: { guard: "" }, guests: {} }, /settings\.guard/],
  ])("are not written where %s", (_, document, because) => {
    expect(() => encodeDocument(document)).toThrow(
      expect.objectContaining({ code: "ERR_FLEET_SETTINGS_UNFIT", message: expect.stringMatching(because) }),
    );
  });
});
