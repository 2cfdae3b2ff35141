import * as z from "zod";
import type { Gift, ReservationStatus, Reserved } from "../core/control.ts";
import type { Decision } from "../core/decision.ts";
import { ERRORS, type ErrorCode, type Problem as GuestProblem } from "../core/errors.ts";
import type { Figures } from "../core/figures.ts";
import { CAUSES, GIVE_CAUSES } from "../core/guest/events.ts";
import { describeTerm, TERMS, type TermRow } from "../core/guest-terms.ts";
import type { HistoryPoint, HistoryRange } from "../core/history.ts";
import { TAKE_NAMES } from "../core/host/pressure.ts";
import { RESERVATION_ENDS, RESERVATION_TIMES, type ReservationEvent } from "../core/host/reservation.ts";
import { type GuestTerms, PRIORITIES } from "../core/limits.ts";
import { NOTICES } from "../core/notices.ts";
import { NEEDED_READINGS, type Observation, OPTIONAL_READINGS } from "../core/observation.ts";
import { CLAMPS, REASONS } from "../core/reasons.ts";
import { SOURCES } from "../core/settings.ts";
import { SEVERITIES, type ToldRecord } from "../core/severity.ts";
import { SHRINK_ENDS } from "../core/swap-shrinker.ts";
import {
  describeRange,
  minChoice,
  TUNABLES,
  type TunableName,
  type TunableRow,
  type Tunables,
} from "../core/tunables.ts";
import type {
  GuestAnswer,
  GuestSettingAnswer,
  HealthAnswer,
  HostAnswer,
  HostPastAnswer,
  ReasonsAnswer,
  RecordsAnswer,
  TunableAnswer,
} from "./answers.ts";
import type { Problem } from "./problem.ts";
import { of, type Schema, schemasOf } from "./schema-tools.ts";

// One zod object for each thing that the API takes or gives. The document's JSON Schemas are derived from them, and the
// compiler compares each with the type that the code has of it: neither can lack a field of the other.

function fields<Name extends string, S extends z.ZodType>(names: readonly Name[], schema: S): Record<Name, S> {
  return Object.fromEntries(names.map((name) => [name, schema])) as Record<Name, S>;
}

/** The names of a table's rows. */
function keysOf<Name extends string>(table: Readonly<Record<Name, unknown>>): [Name, ...Name[]] {
  return Object.keys(table) as [Name, ...Name[]];
}

const text = z.string();
const number = z.number();
const TUNABLE_NAMES = TUNABLES.map(({ name }) => name) as [TunableName, ...TunableName[]];
const FIGURES = ["current", "target", "goal", "floor", "maximum", "committed", "available", "compressedSwap"] as const;
const PAGES = [
  "goalPages",
  "floorPages",
  "targetPages",
  "balloonTargetPages",
  "frontswapTargetPages",
  "headroomPages",
] as const;
const SIZES = ["currentBytes", "maximumBytes", "unballoonedBytes", "weight"] as const;
const HOST_BYTES = [
  "capacityBytes",
  "reserveBytes",
  "hadBytes",
  "promisedBytes",
  "reservedBytes",
  "freeBytes",
  "maximaBytes",
  "minBytes",
] as const;
const HOST_POINT = ["atMs", "usedBytes", "availableBytes", "savedBytes", "guests"] as const;
const SHRINK_PAGES = ["targetPages", "startPages", "leftPages", "freedPages", "touchedPages"] as const;

const observation = of<Observation>()(
  z.object({
    t: number,
    guest: text,
    pageBytes: number,
    ...fields([...NEEDED_READINGS, "frontswapPages", ...OPTIONAL_READINGS], number.nullable()),
  }),
).describe(
  "What was read of the guest, in pages of `pageBytes` bytes unless the name says otherwise; null is what was not there.",
);

const reason = z.enum(keysOf(REASONS));

const decision = of<Decision>()(
  z.object({
    t: number,
    guest: text,
    ...fields(PAGES, number.nullable()),
    reason,
    clamps: z.array(z.enum(keysOf(CLAMPS))),
  }),
).describe("What a step chose, and why; null means that nothing is set.");

const figures = of<Figures>()(
  z.object(
    fields(
      FIGURES.map((name) => `${name}Bytes` as const),
      number.nullable(),
    ),
  ),
).describe("The same in bytes; null is what is not known.");

const tunableValues = of<Tunables>()(z.object(fields(TUNABLE_NAMES, number)));

const details = z.record(text, z.union([text, number, z.array(text)]));

const guestProblem = of<GuestProblem>()(z.object({ code: z.enum(keysOf<ErrorCode>(ERRORS)), details, message: text }));

const guest = of<GuestAnswer>()(
  z.object({
    guest: text,
    state: z.enum(["armed", "idle", "unreadable"]),
    paused: z.boolean(),
    released: z.boolean(),
    dryRun: z.boolean(),
    steps: number,
    setAtRunTime: z.array(text),
    observation: observation.nullable(),
    decision: decision.nullable(),
    wantedPages: number.nullable(),
    figures: figures.nullable(),
    parts: z.array(z.object({ name: text, bytes: number })),
    tunables: tunableValues,
    problem: guestProblem.nullable(),
  }),
);

const notice = z.object({ code: z.enum(keysOf(NOTICES)), details: z.record(text, number) });

const host = of<HostAnswer>()(
  z.object({
    host: z
      .object({
        ...fields(HOST_BYTES, number),
        reservedFor: z.array(text.nullable()),
        overcommit: number,
        overcommitLimit: number.nullable(),
        take: z.enum(TAKE_NAMES),
        need: number.nullable(),
        isEmergency: z.boolean(),
        warnings: z.array(notice),
      })
      .nullable(),
  }),
).describe(
  "In bytes. `overcommit` is what the guests could have together over the capacity. `need` is how much the host itself needs its memory back, 0 to 1; null where that is not known.",
);

const historyPoint = of<HistoryPoint>()(
  z.object({ atMs: number, gap: z.boolean(), figures, reason, psiPercent: number.nullable() }),
).describe("A step. With `gap` nothing is known of the time since the point before.");

const history = of<HistoryRange>()(
  z.object({ guest: text, keptFromMs: number.nullable(), complete: z.boolean(), points: z.array(historyPoint) }),
).describe(
  "A part of a guest's past, oldest first. `complete` is false if there was too much to read in time: then the oldest part is left out.",
);

const hostHistory = of<HostPastAnswer>()(
  z.object({
    points: z.array(z.object({ ...fields(HOST_POINT, number), gap: z.boolean() })),
  }),
).describe(
  "All guests together, oldest first. `guests`: those of which something was read, which alone are in the sum. `gap`: no daemon ran before it.",
);

const tunable = of<TunableAnswer>()(
  z.object({
    name: z.enum(TUNABLE_NAMES),
    value: number,
    default: number,
    source: z.enum(SOURCES),
    kind: z.enum(["switch", "count"]),
    unit: z.enum(["", "s", "ms", "MiB", "steps", "%"]),
    min: number,
    max: number,
    range: text,
    startRule: text,
    summary: text,
  }),
);

const settingValue = z.union([number, z.boolean(), text, z.null()]);

const guestSetting = of<GuestSettingAnswer>()(
  z.object({
    name: text,
    value: settingValue,
    configured: settingValue,
    source: z.enum(SOURCES),
    isOwn: z.boolean(),
    unit: text,
    range: text,
    summary: text,
  }),
).describe("`configured` is what a reset brings back; with `isOwn` it was said of this guest, not of all.");

/** What one of a guest's terms may be set to. */
function termChange(row: TermRow): z.ZodType {
  const { accepts, summary } = row;
  const value =
    accepts.kind === "whole"
      ? z.int().min(accepts.min).max(accepts.max)
      : row.term === "isManaged"
        ? z.boolean()
        : z.enum(accepts.words);
  return z.union([value, text, z.null()]).describe(`${summary} ${describeTerm(row)}; null for what is configured.`);
}

/** What one tunable may be set to. */
function changeOf(row: TunableRow): z.ZodType {
  const description = `${row.summary} ${describeRange(row)}${row.unit === "" ? "" : ` (${row.unit})`}; null for the default.`;
  return z
    .union([z.int().min(minChoice(row)).max(row.max), text.regex(/^\+?[0-9]+\n?$/), z.null()])
    .describe(description);
}

const gift = of<Gift>()(
  z.object({ guest: text, bytes: number.nullable(), ofBytes: number.nullable(), isAll: z.boolean() }),
).describe("What a released guest was given, of what it may have at the most; null for all that its machine has.");

const numbered = { seq: number, atMs: number, severity: z.enum(keysOf(SEVERITIES)) };
const turned = { ...numbered, turn: number, nowMs: number };

const terms = of<GuestTerms>()(
  z.object({
    minMb: number,
    maxMb: number.nullable(),
    weight: number,
    priority: z.enum(PRIORITIES),
    isQuiet: z.boolean(),
    isManaged: z.boolean(),
  }),
);

const ceilings = z.array(z.object({ guest: text, bytes: number }));

const reservationEvent = of<ReservationEvent>()(
  z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("reserved"),
      reservation: z.object({ id: text, guest: text.nullable(), bytes: number, untilMs: number }),
    }),
    z.object({ kind: z.literal("asked"), ceilings }),
    z.object({ kind: z.literal("ended"), id: text, because: z.enum(keysOf(RESERVATION_ENDS)) }),
  ]),
);

const reservation = of<ReservationStatus>()(
  z.object({
    id: text,
    guest: text.nullable(),
    ...fields(["bytes", "takenBytes", "expiresAtMs"], number),
    isMet: z.boolean(),
  }),
).describe("`isMet`: all of it is free, or its guest has it. It ends by itself at `expiresAtMs`, in ms since 1970.");

const event = of<ToldRecord>()(
  z.discriminatedUnion("kind", [
    z.object({
      ...turned,
      kind: z.literal("step"),
      cause: z.enum(CAUSES),
      observation,
      decision,
      tunables: tunableValues,
      wantedPages: number.nullable(),
      terms: terms.nullable(),
      isPaused: z.boolean(),
      machinePages: number.nullable(),
      rssBytes: number.nullable(),
      unballoonedBytes: number,
      applied: z.boolean(),
      durationMs: number,
    }),
    z.object({ ...turned, kind: z.literal("guest"), guest: text, change: z.enum(["found", "removed"]) }),
    z.object({
      ...turned,
      kind: z.literal("size"),
      guest: text,
      ...fields(SIZES, number),
      priority: z.enum(PRIORITIES),
    }),
    z.object({ ...turned, kind: z.literal("rise"), guest: text, risePages: number, answerMs: number }),
    z.object({
      ...turned,
      kind: z.literal("give"),
      guest: text,
      because: z.enum(keysOf(GIVE_CAUSES)),
      bytes: number.nullable(),
      ofBytes: number.nullable(),
      isAll: z.boolean(),
      isDone: z.boolean(),
      terms: terms.nullable(),
    }),
    z.object({
      ...turned,
      kind: z.literal("rules"),
      budget: z.object({ memoryBytes: number, reserveBytes: number }),
      take: z.enum(TAKE_NAMES),
    }),
    z.object({
      ...turned,
      kind: z.literal("host"),
      sight: z.object({
        totalBytes: number.nullable(),
        availableBytes: number.nullable(),
        someShare: number.nullable(),
        fullShare: number.nullable(),
        swapOutBytesPerS: number.nullable(),
        swappedBytes: number.nullable(),
      }),
      need: number.nullable(),
      isEmergency: z.boolean(),
    }),
    z.object({ ...turned, kind: z.literal("reservation"), event: reservationEvent }),
    z.object({
      ...numbered,
      kind: z.literal("shrink"),
      guest: text,
      pageBytes: number,
      end: z.enum(keysOf(SHRINK_ENDS)),
      cpuMs: number,
      skippedProcesses: number,
      ...fields(SHRINK_PAGES, number),
    }),
    z.object({
      ...numbered,
      kind: z.literal("fault"),
      guest: text,
      code: z.enum(keysOf<ErrorCode>(ERRORS)),
      details,
      problem: text,
      isRepeated: z.boolean(),
      turn: number.nullable(),
      nowMs: number.nullable(),
    }),
    z.object({
      ...numbered,
      kind: z.literal("notice"),
      guest: text,
      notice,
    }),
    z.object({ ...turned, kind: z.literal("tunables"), values: z.partialRecord(z.enum(TUNABLE_NAMES), number) }),
    z.object({ ...turned, kind: z.literal("settings"), guest: text, values: z.record(text, settingValue) }),
    z.object({ ...numbered, kind: z.literal("pause"), guest: text, paused: z.boolean(), released: z.boolean() }),
  ]),
).describe("One record of the journal; `event` of the stream is its `kind`, `id` its `seq`.");

const problem = of<Problem>()(
  z.object({
    type: text,
    title: text,
    status: number,
    detail: text,
    code: z.enum(keysOf<ErrorCode>(ERRORS)),
    details,
  }),
).describe(
  "Every error (RFC 9457). `code` is stable; `detail` says what it should have been, what it was, and what was done.",
);

const tunableChanges = Object.fromEntries(TUNABLES.map((row) => [row.name, changeOf(row).optional()]));

/** Everything that the API takes and gives, by name. */
const OBJECTS = {
  Health: of<HealthAnswer>()(z.object({ ok: z.boolean(), doing: text, version: text, url: text.nullable() })),
  Observation: observation,
  Decision: decision,
  Figures: figures,
  TunableValues: tunableValues,
  Guest: guest,
  Guests: z.object({ guests: z.array(guest) }),
  Host: host,
  HostHistory: hostHistory,
  History: history,
  HistoryPoint: historyPoint,
  GuestChange: z.strictObject({ paused: z.boolean() }),
  Tunable: tunable,
  Tunables: z.object({ tunables: z.array(tunable) }),
  // Names and ranges are judged by the write rules, which have errors of their own.
  TunableChanges: z.strictObject(tunableChanges),
  GuestSettings: z.object({ settings: z.array(guestSetting) }),
  // Names and ranges are judged by the rules of every way in, which have errors of their own.
  GuestSettingChanges: z.strictObject({
    ...Object.fromEntries(TERMS.map((row) => [row.name, termChange(row).optional()])),
    ...tunableChanges,
  }),
  Reasons: of<ReasonsAnswer>()(
    z.object({ reasons: z.object(fields(keysOf(REASONS), text)), clamps: z.object(fields(keysOf(CLAMPS), text)) }),
  ),
  Reservation: reservation,
  Reservations: z.object({ reservations: z.array(reservation) }),
  Reserved: of<Reserved>()(z.object({ reservation: reservation.nullable(), freeBytes: number })),
  ReservationWish: z.strictObject({
    bytes: z.int().min(1),
    guest: text.min(1).max(256).nullable().optional(),
    waitMs: z.int().min(0).max(RESERVATION_TIMES.maxWaitMs).optional(),
    lifeMs: z.int().min(1).max(RESERVATION_TIMES.maxLifeMs).optional(),
    keep: z.boolean().optional(),
  }),
  GuestChoice: z.strictObject({ guests: z.array(text).optional() }).describe("Guests by name; without them all."),
  Released: z.object({ released: z.array(text), gifts: z.array(gift) }),
  OpenApi: z.looseObject({}),
  Snapshot: z.looseObject({}).describe("Plain data of this version; only a recording has a use for it."),
  Event: event,
  Records: of<RecordsAnswer>()(z.object({ lastSeq: number, records: z.array(event) })),
  Problem: problem,
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type SchemaName = keyof typeof OBJECTS;

/** The JSON Schema of everything that the API takes and gives. */
export const SCHEMAS: Readonly<Record<SchemaName, Schema>> = schemasOf(OBJECTS);

/** What keeps a body from being what `name` stands for, in a few words; null if nothing does. */
export function misfit(name: SchemaName, body: unknown): string | null {
  const [issue] = OBJECTS[name].safeParse(body).error?.issues ?? [];
  return issue === undefined ? null : `${issue.path.join(".")}: ${issue.message}`.slice(0, 200);
}
