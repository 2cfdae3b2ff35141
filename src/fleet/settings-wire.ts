import * as z from "zod";
import type { SaidSettings } from "../core/controls/fleet-settings.ts";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { namedRecord } from "../formats/named-map.ts";
import { MAX_FIRST, MAX_WATCH_MS, ROLLOUT_ID } from "./rollout-limits.ts";
import { hostName, trouble, WIRE_VERSION } from "./wire.ts";

// What a scope's key holds, and what a host keeps of it on its disk. Both are untrusted.

/** Bytes of a scope's settings. */
export const MAX_SETTINGS_BYTES = 131_072;

/** Names and globs of guests that a scope has settings for. */
export const MAX_PATTERNS = 256;

/** Settings of one of them: as many as there can be, with room for those of other versions. */
const MAX_NAMES = 64;

/** Scopes that one host is of: all, its labels, itself. */
const MAX_KEPT = 32;

/** Longest reason of a roll-out's stop. */
export const MAX_BECAUSE = 400;

/** No longer than what a host can tell that it refuses. */
const name = z.string().regex(/^[a-z][a-z_]{0,47}$/);
const value = z.string().min(1).max(64);
const pattern = z
  .string()
  .refine(({ length }) => length >= 1 && length <= 256, "a name or glob of guests has 1 to 256 letters");
const timeMs = z.number().min(0).max(1e14);

const said = z
  .record(name, value)
  .refine((settings) => Object.keys(settings).length <= MAX_NAMES, `there are more than ${MAX_NAMES} settings`);

// Whether a setting is known and in range is judged by each host, by the rules of every other way in.
const content = {
  settings: said,
  guests: namedRecord(pattern, said).refine(
    (guests) => Object.keys(guests).length <= MAX_PATTERNS,
    `there are more than ${MAX_PATTERNS} guests`,
  ),
  rollout: z
    .object({
      /** Tells it from others of the scope. */
      id: z.string().regex(ROLLOUT_ID),
      /** What is changed: for these guests, null: all; by name, null: it is set no more. */
      guest: pattern.nullable(),
      values: z
        .record(name, value.nullable())
        .refine((values) => Object.keys(values).length <= MAX_NAMES, `there are more than ${MAX_NAMES} settings`),
      /** The hosts that have it first. */
      hosts: z.array(hostName).min(1).max(MAX_FIRST),
      /** How long they are watched before the others have it. */
      watchMs: z.int().min(0).max(MAX_WATCH_MS),
      phase: z.discriminatedUnion("is", [
        /** The first hosts have it or are to take it. */
        z.object({
          is: z.literal("first"),
          /** When it was begun, and what troubles they had had until then. */
          begun: z.object({ atMs: timeMs, before: z.record(hostName, trouble) }),
          /** Since when all of them have it; null: not yet. */
          sinceMs: timeMs.nullable(),
        }),
        /** Nobody has it any more. */
        z.object({ is: z.literal("stopped"), atMs: timeMs, because: z.string().max(MAX_BECAUSE) }),
        /** All have it: it is part of what is set. */
        z.object({ is: z.literal("done"), atMs: timeMs }),
      ]),
    })
    .optional(),
};

const document = z.object({ v: z.literal(WIRE_VERSION), ...content });

const kept = z
  .record(z.string().max(160), z.object({ revision: z.int().min(0), ...content }))
  .refine((documents) => Object.keys(documents).length <= MAX_KEPT);

const file = z.object({ v: z.literal(WIRE_VERSION), documents: kept });

/** A change on its way to the hosts of a scope: some have it first. */
export type Rollout = NonNullable<z.output<typeof document>["rollout"]>;

/** What is set for a scope. */
export interface SettingsDocument {
  readonly settings: SaidSettings;
  readonly guests: Readonly<Record<string, SaidSettings>>;
  /** The last change that was rolled out, under way or not; absent: none. */
  readonly rollout?: Rollout | undefined;
}

/** What a host has taken of one key: as it was read, and the number that the bucket gave it. */
export interface KeptDocument extends SettingsDocument {
  readonly revision: number;
}

/** By the key of its scope. */
export type KeptDocuments = Readonly<Record<string, KeptDocument>>;

/** Nothing is set. */
export const NO_SETTINGS: SettingsDocument = Object.freeze({ settings: {}, guests: {} });

/** As it lies under a key. @throws ERR_FLEET_SETTINGS_UNFIT for what could not be read again. */
export function encodeDocument(of: SettingsDocument): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify({ v: WIRE_VERSION, ...of }));
  try {
    decodeDocument(bytes);
  } catch (thrown) {
    throw selfballoonError("ERR_FLEET_SETTINGS_UNFIT", { problem: problemOf(thrown) }, thrown);
  }
  return bytes;
}

/** @throws where the bytes are anything else. */
export function decodeDocument(bytes: Uint8Array): SettingsDocument {
  if (bytes.length > MAX_SETTINGS_BYTES)
    throw new Error(`it has ${bytes.length} bytes, and at most ${MAX_SETTINGS_BYTES}`);
  const { v: _, ...read } = parse(document, new TextDecoder().decode(bytes));
  return read;
}

/** As a host keeps it. */
export function formatKeptDocuments(documents: KeptDocuments): string {
  return `${JSON.stringify({ v: WIRE_VERSION, documents })}\n`;
}

/** @throws where the text is anything else. */
export function parseKeptDocuments(text: string): KeptDocuments {
  return parse(file, text).documents;
}

function parse<T>(schema: z.ZodType<T>, text: string): T {
  const checked = schema.safeParse(JSON.parse(text));
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const [ofKey] = issue?.code === "invalid_key" ? issue.issues : [];
  throw new Error(`${issue?.path.join(".") ?? ""}: ${ofKey?.message ?? issue?.message ?? ""}`.slice(0, 160));
}
