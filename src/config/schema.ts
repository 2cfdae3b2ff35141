import * as z from "zod";
import { TUNABLES } from "../core/tunables.ts";
import { BACKEND_KINDS } from "./backend-kinds.ts";

// Whether a value is in range is judged by the driver's write rules, the same on every way in.
const tunables = Object.fromEntries(TUNABLES.map(({ name }) => [name, z.union([z.number(), z.string()]).optional()]));

/** The configuration file, section by section. */
export const configFileSchema = z.strictObject({
  tunables: z.strictObject(tunables).optional(),
  backend: z.strictObject({ kind: z.enum(BACKEND_KINDS).optional() }).optional(),
  guests: z.record(z.string().min(1).max(256), z.strictObject(tunables)).optional(),
  api: z.strictObject({ socket: z.string().startsWith("/").max(107).optional() }).optional(),
});

export type ConfigFile = z.infer<typeof configFileSchema>;
