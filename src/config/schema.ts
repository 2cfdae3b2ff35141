import * as z from "zod";
import { POLICY_NAMES } from "../core/policy.ts";
import { TUNABLES } from "../core/tunables.ts";
import { BACKEND_KINDS } from "./backend-kinds.ts";

/** 16 TiB: more than any host has. */
const MOST_MB = 16_777_216;

/** More than any reader would wait for. */
const MOST_HISTORY_MB = 65_536;

// Whether a value is in range is judged by the driver's write rules, the same on every way in.
const value = z.union([z.number(), z.string()], "must be a number");
const megabytes = z.int().min(1).max(MOST_MB);
const path = z.string().startsWith("/").max(256);
const tunables = Object.fromEntries(TUNABLES.map(({ name }) => [name, value.optional()]));

const host = z
  .strictObject({ memory_mb: megabytes.optional(), reserve_mb: z.int().min(0).max(MOST_MB).optional() })
  .refine(({ memory_mb, reserve_mb }) => memory_mb === undefined || (reserve_mb ?? 0) < memory_mb, {
    error: "reserve_mb must be less than memory_mb",
  });

const guest = z
  .strictObject({
    ...tunables,
    min_mb: megabytes.optional(),
    max_mb: megabytes.optional(),
    weight: z.int().min(1).max(1000).optional(),
  })
  .refine(({ min_mb, max_mb }) => min_mb === undefined || max_mb === undefined || min_mb <= max_mb, {
    error: "min_mb must be at most max_mb",
  });

/** The configuration file, section by section. */
export const configFileSchema = z.strictObject({
  tunables: z.strictObject(tunables).optional(),
  law: z.strictObject({ policy: z.enum(POLICY_NAMES).optional() }).optional(),
  backend: z
    .strictObject({
      kind: z.enum(BACKEND_KINDS).optional(),
      qmp: z.array(path).max(64).optional(),
      agent: z.string().min(1).max(256).optional(),
      libvirt_uri: z.string().min(1).max(256).optional(),
    })
    .optional(),
  host: host.optional(),
  guests: z.record(z.string().min(1).max(256), guest).optional(),
  history: z
    .strictObject({
      directory: z.union([z.literal(""), path]).optional(),
      max_mb: z.int().min(1).max(MOST_HISTORY_MB).optional(),
    })
    .optional(),
  api: z
    .strictObject({
      socket: z.string().startsWith("/").max(107).optional(),
      listen: z.string().max(256).optional(),
      token_file: z.string().startsWith("/").max(4095).optional(),
    })
    .optional(),
});

export type ConfigFile = z.infer<typeof configFileSchema>;
