import * as z from "zod";
import { BACKEND_KINDS, BACKENDS, type SectionValue } from "../backends/registry.ts";
import { areConsistent, describeTerm, MAX_MB, TERMS, type TermRow, termsSaid } from "../core/guest-terms.ts";
import { TAKE_NAMES } from "../core/host/pressure.ts";
import { HOST_NAME } from "../core/host-name.ts";
import { POLICY_NAMES } from "../core/policy.ts";
import { QUIET_HOURS_FORM, readQuietHours } from "../core/quiet-hours.ts";
import { RECORD_KINDS, SEVERITY_NAMES } from "../core/severity.ts";
import { TUNABLES } from "../core/tunables.ts";
import { namedMap, wordRecord } from "../formats/named-map.ts";

/** A label's name or value. */
const LABEL = /^[A-Za-z0-9_-]+$/;

/** No host has room for a hundredth of what its guests could have. */
const MAX_OVERCOMMIT = 100;

/** More than a week needs. */
const MAX_QUIET_HOURS = 64;

/** More than any reader would wait for. */
const MAX_HISTORY_MB = 65_536;

/** More than one machine can play in time. */
const MAX_SIMULATED = 1000;

/** Names that one daemon is reached by. */
const MAX_HOSTS = 64;

/** A Host header, as browsers send it. */
const HOST_HEADER = /^(\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z._-]{1,253})(:[0-9]{1,5})?$/;

// A description says what a value must be, in error texts. Sections have none.

// Whether a value is in range is judged by the driver's write rules, the same on every way in.
const value = z.union([z.number(), z.string()]).describe("a number");
const natsServer = z
  .string()
  .regex(/^(?:nats|tls):\/\/[^\s/@]{1,255}$/)
  .describe('the address of a NATS server, such as "nats://10.0.0.1:4222"');
const yesOrNo = z.boolean().describe("true or false");
const megabytes = whole(1, MAX_MB);
const path = absolutePath(256);
const tunables = Object.fromEntries(TUNABLES.map(({ name }) => [name, value.optional()]));

function whole(min: number, max: number) {
  return z.int().min(min).max(max).describe(`a whole number from ${min} to ${max}`);
}

function absolutePath(max: number) {
  return z.string().startsWith("/").max(max).describe(`an absolute path of at most ${max} characters`);
}

function text(max: number) {
  return z.string().min(1).max(max).describe(`a text of 1 to ${max} characters`);
}

function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words).describe(`one of ${words.join(", ")}`);
}

function isHttpUrl(address: string): boolean {
  return /^https?:\/\//.test(address) && URL.canParse(address);
}

function termSchema(row: TermRow) {
  const { term, accepts } = row;
  if (accepts.kind === "whole") return whole(accepts.min, accepts.max);
  const schema = term === "isManaged" ? z.boolean() : z.enum(accepts.words);
  return schema.describe(describeTerm(row));
}

/** A share of the host. */
const percent = z.string().regex(/^(?:100|[1-9]\d?)%$/);

const hostMemory = z
  .union([megabytes, percent, z.literal("available")])
  .describe(`a whole number from 1 to ${MAX_MB}, a share of the host such as "80%", or "available"`);

const host = z
  .strictObject({
    memory_mb: hostMemory.optional(),
    reserve_mb: whole(0, MAX_MB).optional(),
    overcommit: z.number().min(0.1).max(MAX_OVERCOMMIT).describe(`a number from 0.1 to ${MAX_OVERCOMMIT}`).optional(),
    take: oneOf(TAKE_NAMES).optional(),
  })
  .refine(({ memory_mb, reserve_mb }) => typeof memory_mb !== "number" || (reserve_mb ?? 0) < memory_mb, {
    error: "reserve_mb must be less than memory_mb",
  });

const schedule = z.strictObject({
  quiet: z
    .array(
      z
        .string()
        .refine((hours) => readQuietHours(hours) !== null, { error: `must be hours such as ${QUIET_HOURS_FORM}` }),
    )
    .max(MAX_QUIET_HOURS)
    .describe(`a list of hours such as ${QUIET_HOURS_FORM}, at most ${MAX_QUIET_HOURS}`)
    .optional(),
});

const guest = z
  .strictObject({
    ...tunables,
    ...Object.fromEntries(TERMS.map((row) => [row.name, termSchema(row).optional()])),
    schedule: schedule.optional(),
  })
  .refine((section) => areConsistent(termsSaid(section)), { error: "min_mb must be at most max_mb" });

const sectionValues: Readonly<Record<SectionValue, z.ZodType<boolean | string | readonly string[]>>> = {
  switch: yesOrNo,
  text: text(256),
  texts: z
    .union([text(256), z.array(text(256)).min(1).max(64)])
    .describe("text of at most 256 characters, or a list of at most 64 of them"),
  paths: z.array(path).max(64).describe('a list of texts, such as ["/run/vm/*.qmp"], at most 64'),
};

const backendKeys = Object.fromEntries(
  BACKENDS.flatMap(({ section }) =>
    Object.entries<SectionValue>(section).map(([key, kind]) => [key, sectionValues[kind].optional()]),
  ),
);

/** The configuration file, section by section. */
export const configFileSchema = z.strictObject({
  tunables: z.strictObject(tunables).optional(),
  law: z.strictObject({ policy: oneOf(POLICY_NAMES).optional() }).optional(),
  backend: z
    .strictObject({
      kind: oneOf(BACKEND_KINDS).optional(),
      ...backendKeys,
    })
    .optional(),
  host: host.optional(),
  simulated: z
    .strictObject({
      guests: whole(1, MAX_SIMULATED).optional(),
      seed: whole(0, 4_294_967_295).optional(),
      restless: yesOrNo.optional(),
    })
    .optional(),
  guests: namedMap(z.string(), guest)
    .refine((sections) => [...sections.keys()].every((name) => name.length >= 1 && name.length <= 256), {
      error: "names must have 1 to 256 characters",
    })
    .optional(),
  history: z
    .strictObject({
      directory: z
        .union([z.literal(""), path])
        .describe('an absolute path, or "" for none')
        .optional(),
      max_mb: whole(1, MAX_HISTORY_MB).optional(),
    })
    .optional(),
  fleet: z
    .strictObject({
      servers: z
        .array(natsServer)
        .min(1)
        .max(16)
        .describe('a list of 1 to 16 NATS servers, such as ["nats://10.0.0.1:4222"]')
        .optional(),
      name: z
        .string()
        .regex(HOST_NAME)
        .describe("a word of at most 63 letters, digits, - and _, that begins with a letter or digit")
        .optional(),
      labels: wordRecord(z.string().regex(LABEL).max(63), z.string().regex(LABEL).max(63))
        .refine((labels) => Object.keys(labels).length <= 16)
        .describe('at most 16 words with their values, such as { rack = "a1" }, of letters, digits, - and _')
        .optional(),
      credentials: absolutePath(4095).optional(),
      tls_ca: absolutePath(4095).optional(),
      replicas: z
        .union([z.literal(1), z.literal(3), z.literal(5)])
        .describe("1, 3 or 5")
        .optional(),
    })
    .refine((fleet) => fleet.servers !== undefined || Object.keys(fleet).length === 0, {
      error: "servers must be named where anything else is",
    })
    .optional(),
  notify: z
    .strictObject({
      command: z
        .array(z.string().max(4096))
        .min(1)
        .max(32)
        .refine(([program = ""]) => program.startsWith("/"))
        .describe('a list of 1 to 32 texts, the first an absolute path, such as ["/usr/local/bin/tell", "ops"]')
        .optional(),
      webhook: z
        .string()
        .max(2048)
        .refine(isHttpUrl)
        .describe('an address that begins with http:// or https://, such as "https://example.org/told"')
        .optional(),
      severity: oneOf(SEVERITY_NAMES).optional(),
      kinds: z
        .array(z.enum(RECORD_KINDS))
        .max(RECORD_KINDS.length)
        .describe(`a list of ${RECORD_KINDS.join(", ")}`)
        .optional(),
    })
    .refine(({ command, webhook, ...rest }) => (command ?? webhook) !== undefined || Object.keys(rest).length === 0, {
      error: "command or webhook must be named where anything else is",
    })
    .optional(),
  api: z
    .strictObject({
      socket: absolutePath(107).optional(),
      listen: z.string().max(256).describe('HOST:PORT, such as "127.0.0.1:7070", or "" for none').optional(),
      token_file: absolutePath(4095).optional(),
      reads_need_token: yesOrNo.optional(),
      allowed_hosts: z
        .array(z.string().regex(HOST_HEADER))
        .max(MAX_HOSTS)
        .describe(`a list of HOST or HOST:PORT, such as ["balloon.example.org"], at most ${MAX_HOSTS}`)
        .optional(),
    })
    .optional(),
});

export type ConfigFile = z.infer<typeof configFileSchema>;
