import * as z from "zod";
import { HOST_NAME } from "../core/host-name.ts";
import { wordRecord } from "../formats/named-map.ts";
import { STANDINGS } from "../view/standing.ts";
import type { GuestSummary } from "./guest-summary.ts";

/** The version of what members say. A reader refuses others and says so. */
export const WIRE_VERSION = 1;

/** No message of ours is longer: 4096 guests with long names take less. NATS itself takes 1 MiB unless it is told otherwise. */
export const MAX_MESSAGE_BYTES = 1_000_000;

/** As many guests as a daemon manages. */
export const MAX_ROWS = 4096;

/** Records in one message. */
export const MAX_BATCH = 32;

/** Longest sentence of a record. */
export const MAX_SENTENCE = 400;

/** Guests that the state names as the worst off. */
export const MAX_WORST = 3;

/** Refused settings that the state names, and the longest reason of one. */
export const MAX_REFUSED = 8;
export const MAX_PROBLEM = 240;

/** Warnings of a host that the state names. */
export const MAX_WARNINGS = 4;

const text = (max: number): z.ZodString => z.string().max(max);
const count = z.int().min(0).max(1_000_000);
const timeMs = z.number().min(0).max(1e14);
/** 2^34 MiB, 16 PiB: more than any host has. */
export const mib = z.int().min(0).max(17_179_869_184);
const word = z.string().regex(/^[A-Za-z_]{1,48}$/);
const guestName = z.string().min(1).max(96);
export const hostName = z.string().regex(HOST_NAME);

const row = z
  .tuple([
    guestName,
    mib.nullable(),
    mib.nullable(),
    mib.nullable(),
    mib.nullable(),
    mib.nullable(),
    z.enum(STANDINGS),
    word.nullable(),
    word.nullable(),
  ])
  .transform(
    ([guest, currentMb, targetMb, goalMb, maximumMb, availableMb, standing, reason, problem]): GuestSummary => ({
      guest,
      currentMb,
      targetMb,
      goalMb,
      maximumMb,
      availableMb,
      standing,
      reason,
      problem,
    }),
  );

const message = { v: z.literal(WIRE_VERSION), host: hostName, at: timeMs };

/** What went wrong on a host since its daemon began. */
export const trouble = z.object({
  upS: z.int().min(0).max(10_000_000_000),
  /** Kills by the OOM killers of guests, as far as they can be read. */
  oomKills: z.int().min(0),
  /** Guests that ran short, each counted once a minute. */
  emergencies: z.int().min(0),
});

export type Trouble = z.output<typeof trouble>;

/** How a host's own memory stands. */
const health = z.object({
  /** How much it needs memory of its guests, from 0 to 1; null where that is not looked at. */
  need: z.number().min(0).max(1).nullable(),
  /** It is about to run out. */
  isEmergency: z.boolean(),
  warnings: z.array(text(MAX_SENTENCE + 16)).max(MAX_WARNINGS),
});

export type HostHealth = z.output<typeof health>;

const refusedSetting = z.object({
  scope: text(160),
  /** The guests that it is for; null: all. */
  guest: text(80).nullable(),
  name: word,
  problem: text(MAX_PROBLEM),
});

/** A host as it stands; told every few seconds, so that its age is the sign of life. */
export const hostState = z.object({
  ...message,
  /** Who reads it may count on the next one within so many seconds. */
  leaseS: z.int().min(1).max(3600),
  version: text(64),
  doing: text(400),
  labels: wordRecord(z.string().min(1).max(63), text(63)),
  /** What all guests may have together and what of it is kept for emergencies; null where no budget is shared. */
  budgetMb: mib.nullable(),
  reserveMb: mib.nullable(),
  /** What of it may still be given, as a reservation; null where no budget is shared. */
  freeMb: mib.nullable(),
  guests: count,
  /** Sums over the guests whose figures are known. */
  currentMb: mib,
  maximumMb: mib,
  availableMb: mib,
  wantedMb: mib,
  /** How many guests stand how, and those that are worst off. */
  short: count,
  held: count,
  unreadable: count,
  worst: z.array(row).max(MAX_WORST),
  /** Records that were dropped because NATS was away for too long. */
  dropped: z.int().min(0),
  /** What it has taken of the fleet's settings, by key and its number there; absent where its version knows none. */
  settings: z
    .object({
      taken: z.record(text(160), z.int().min(0)),
      refused: z.array(refusedSetting).max(MAX_REFUSED),
      refusedInAll: count,
    })
    .optional(),
  trouble: trouble.optional(),
  /** Absent where no budget is shared, or its version says nothing of it. */
  health: health.optional(),
});

const guestTable = z.object({ ...message, rows: z.array(row).max(MAX_ROWS) });

const guestChanges = z.object({
  ...message,
  rows: z.array(row).max(MAX_ROWS),
  gone: z.array(guestName).max(MAX_ROWS),
});

export const fleetRecord = z.object({
  seq: z.int().min(0),
  at: timeMs,
  kind: word,
  guest: guestName.nullable(),
  text: text(MAX_SENTENCE + 16),
});

const recordBatch = z.object({ ...message, records: z.array(fleetRecord).max(MAX_BATCH) });

const MESSAGES = { state: hostState, guests: guestTable, changes: guestChanges, records: recordBatch } as const;

export type MessageName = keyof typeof MESSAGES;

/** What a message of each kind says. */
export type Message<Name extends MessageName> = z.output<(typeof MESSAGES)[Name]>;

export type HostState = Message<"state">;
export type FleetRecord = z.output<typeof fleetRecord>;

/** What is put on the wire: rows as they are packed. */
export type Outgoing<Name extends MessageName> = Omit<z.input<(typeof MESSAGES)[Name]>, "v">;

export type PackedRow = z.input<typeof row>;

/** What was read, or why it can't be used. */
export type Decoded<Name extends MessageName> =
  | { readonly ok: true; readonly message: Message<Name> }
  | { readonly ok: false; readonly problem: string };

/** A row as it travels: an array, because names of fields would be most of it. */
export function pack(guest: GuestSummary): PackedRow {
  const { currentMb, targetMb, goalMb, maximumMb, availableMb, standing, reason, problem } = guest;
  return [guest.guest, currentMb, targetMb, goalMb, maximumMb, availableMb, standing, reason, problem];
}

/** A message as it travels: JSON with its version. */
export function encode<Name extends MessageName>(content: Outgoing<Name>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ v: WIRE_VERSION, ...content }));
}

/** Read what came under the name of `host`: whoever is it, it is untrusted. */
export function decode<Name extends MessageName>(name: Name, host: string, bytes: Uint8Array): Decoded<Name> {
  if (bytes.length > MAX_MESSAGE_BYTES)
    return refused(`it has ${bytes.length} bytes, and at most ${MAX_MESSAGE_BYTES}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return refused("it is no JSON");
  }
  const checked = MESSAGES[name].safeParse(parsed);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    if (issue?.path[0] === "v") return refused("it is of another version of selfballoon");
    return refused(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`.slice(0, 200));
  }
  if (checked.data.host !== host) return refused(`it speaks for ${checked.data.host}`);
  // The schema of that name is what was checked.
  return { ok: true, message: checked.data as Message<Name> };
}

function refused(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}
