import { ERRORS } from "../core/errors.ts";
import { NOTICES } from "../core/notices.ts";
import { NEEDED_READINGS, OPTIONAL_READINGS } from "../core/observation.ts";
import { CLAMPS, REASONS } from "../core/reasons.ts";
import { describeRange, TUNABLES, type TunableRow } from "../core/tunables.ts";

/** A JSON Schema of 2020-12, as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>;

const TEXT: Schema = { type: "string" };
const NUMBER: Schema = { type: "number" };
const YES_NO: Schema = { type: "boolean" };

const nullable = (schema: Schema): Schema => ({ anyOf: [schema, { type: "null" }] });
const oneOf = (words: readonly string[]): Schema => ({ type: "string", enum: words });
const list = (items: Schema): Schema => ({ type: "array", items });
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** An object of which every property is there. */
function object(properties: Readonly<Record<string, Schema>>, description?: string): Schema {
  const about = description === undefined ? {} : { description };
  return { type: "object", ...about, properties, required: Object.keys(properties) };
}

function properties(names: readonly string[], schema: Schema): Record<string, Schema> {
  return Object.fromEntries(names.map((name) => [name, schema]));
}

const READINGS = [...NEEDED_READINGS, "frontswapPages", ...OPTIONAL_READINGS];
const TUNABLE_NAMES = TUNABLES.map(({ name }) => name);
const FIGURES = ["current", "target", "goal", "floor", "maximum", "committed", "available", "compressedSwap"];
const SOURCES = ["default", "start-up", "file", "environment", "flag", "runtime"];

/** What one tunable may be set to. */
function changeOf(row: TunableRow): Schema {
  const description = `${row.summary} ${describeRange(row)}${row.unit === "" ? "" : ` (${row.unit})`}; null for the default.`;
  return {
    description,
    anyOf: [
      { type: "integer", minimum: row.min, maximum: row.max },
      { type: "string", pattern: "^\\+?[0-9]+\\n?$" },
      { type: "null" },
    ],
  };
}

const step = { seq: NUMBER, atMs: NUMBER };

/** Everything that the API takes and gives, by name. */
export const SCHEMAS = {
  Health: object({ ok: YES_NO, doing: TEXT, version: TEXT }),
  Observation: object(
    { t: NUMBER, guest: TEXT, pageBytes: NUMBER, ...properties(READINGS, nullable(NUMBER)) },
    "What was read of the guest, in pages of `pageBytes` bytes unless the name says otherwise; null is what was not there.",
  ),
  Decision: object(
    {
      t: NUMBER,
      guest: TEXT,
      ...properties(
        ["goalPages", "floorPages", "targetPages", "balloonTargetPages", "frontswapTargetPages"],
        nullable(NUMBER),
      ),
      reason: oneOf(Object.keys(REASONS)),
      clamps: list(oneOf(Object.keys(CLAMPS))),
    },
    "What a step chose, and why; null means that nothing is set.",
  ),
  Figures: object(
    properties(
      FIGURES.map((name) => `${name}Bytes`),
      nullable(NUMBER),
    ),
    "The same in bytes; null is what is not known.",
  ),
  TunableValues: object(properties(TUNABLE_NAMES, NUMBER)),
  Guest: object({
    guest: TEXT,
    state: oneOf(["armed", "idle", "unreadable"]),
    paused: YES_NO,
    steps: NUMBER,
    observation: nullable(ref("Observation")),
    decision: nullable(ref("Decision")),
    figures: nullable(ref("Figures")),
    tunables: ref("TunableValues"),
    problem: nullable(TEXT),
  }),
  Guests: object({ guests: list(ref("Guest")) }),
  History: object(
    { guest: TEXT, keptFromMs: nullable(NUMBER), complete: YES_NO, points: list(ref("HistoryPoint")) },
    "A part of a guest's past, oldest first. `complete` is false if there was too much to read in time: then the oldest part is left out.",
  ),
  HistoryPoint: object(
    {
      atMs: NUMBER,
      gap: YES_NO,
      figures: ref("Figures"),
      reason: oneOf(Object.keys(REASONS)),
      psiPercent: nullable(NUMBER),
    },
    "A step. With `gap` nothing is known of the time since the point before.",
  ),
  GuestChange: { ...object({ paused: YES_NO }), additionalProperties: false },
  Tunable: object({
    name: oneOf(TUNABLE_NAMES),
    value: NUMBER,
    default: NUMBER,
    source: oneOf(SOURCES),
    kind: oneOf(["switch", "count"]),
    unit: TEXT,
    min: NUMBER,
    max: NUMBER,
    range: TEXT,
    startRule: TEXT,
    summary: TEXT,
  }),
  Tunables: object({ tunables: list(ref("Tunable")) }),
  TunableChanges: {
    type: "object",
    properties: Object.fromEntries(TUNABLES.map((row) => [row.name, changeOf(row)])),
    additionalProperties: false,
  },
  Reasons: object({
    reasons: object(properties(Object.keys(REASONS), TEXT)),
    clamps: object(properties(Object.keys(CLAMPS), TEXT)),
  }),
  Released: object({ released: list(TEXT) }),
  OpenApi: { type: "object" },
  Snapshot: { type: "object", description: "Plain data of this version; only a recording has a use for it." },
  Event: {
    description: "One record of the journal; `event` of the stream is its `kind`, `id` its `seq`.",
    oneOf: [
      object({
        ...step,
        kind: { const: "step" },
        observation: ref("Observation"),
        decision: ref("Decision"),
        tunables: ref("TunableValues"),
        applied: YES_NO,
        durationMs: NUMBER,
      }),
      object({ ...step, kind: { const: "shrink" }, guest: TEXT, end: TEXT, freedPages: NUMBER }),
      object({ ...step, kind: { const: "fault" }, guest: TEXT, code: oneOf(Object.keys(ERRORS)), problem: TEXT }),
      object({
        ...step,
        kind: { const: "notice" },
        guest: TEXT,
        notice: object({ code: oneOf(Object.keys(NOTICES)), details: { type: "object" } }),
      }),
      object({ ...step, kind: { const: "tunables" }, values: { type: "object" } }),
      object({ ...step, kind: { const: "pause" }, guest: TEXT, paused: YES_NO }),
    ],
  },
  Problem: object(
    {
      type: { type: "string", format: "uri" },
      title: TEXT,
      status: NUMBER,
      detail: TEXT,
      code: oneOf(Object.keys(ERRORS)),
      details: { type: "object" },
    },
    "Every error (RFC 9457). `code` is stable; `detail` says what it should have been, what it was, and what was done.",
  ),
} as const satisfies Readonly<Record<string, Schema>>;

export type SchemaName = keyof typeof SCHEMAS;
