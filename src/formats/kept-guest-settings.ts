import * as z from "zod";
import { MAX_GUESTS_SET, type NamedSettings } from "../core/controls/guest-settings.ts";
import { namedMap } from "./named-map.ts";

/** As many as a guest may have, with room for those of other versions. */
const MAX_SETTINGS = 64;

const named = z
  .record(z.string().max(64), z.union([z.number(), z.boolean(), z.string().max(64)]))
  .refine((settings) => Object.keys(settings).length <= MAX_SETTINGS);

// Whether a setting is known and in range is judged by the rules of every other way in.
const FILE: z.ZodType<{ readonly guests: ReadonlyMap<string, NamedSettings> }> = z.object({
  guests: namedMap(z.string().min(1).max(256), named).refine((guests) => guests.size <= MAX_GUESTS_SET),
});

/** What a file of guests' settings holds. */
export function formatKeptGuestSettings(guests: ReadonlyMap<string, NamedSettings>): string {
  return `${JSON.stringify({ guests: Object.fromEntries(guests) })}\n`;
}

/** @throws where the text is anything else. */
export function parseKeptGuestSettings(text: string): ReadonlyMap<string, NamedSettings> {
  return FILE.parse(JSON.parse(text)).guests;
}
