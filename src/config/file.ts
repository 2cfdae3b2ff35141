import { readFileSync, statSync } from "node:fs";
import { parse } from "smol-toml";
import * as z from "zod";
import { problemOf, type SelfballoonError, selfballoonError } from "../core/errors.ts";
import { hintFor } from "./nearest.ts";
import { type ConfigFile, configFileSchema } from "./schema.ts";

const LIMIT_KIB = 256;

/**
 * Read and check a configuration file. `consequence` is what happens if it is bad, for the error's text.
 * @throws ERR_CONFIG_UNREADABLE, ERR_CONFIG_INVALID naming what is wrong and the nearest known key.
 */
export function readConfigFile(file: string, consequence: string): ConfigFile {
  const text = readLimited(file, consequence);
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (thrown) {
    throw selfballoonError("ERR_CONFIG_INVALID", { file, problem: problemOf(thrown), consequence }, thrown);
  }
  const checked = configFileSchema.safeParse(parsed);
  if (checked.success) return checked.data;
  const problem = checked.error.issues.map(describeIssue).join("; ");
  throw selfballoonError("ERR_CONFIG_INVALID", { file, problem, consequence });
}

function readLimited(file: string, consequence: string): string {
  const unreadable = (problem: string): SelfballoonError =>
    selfballoonError("ERR_CONFIG_UNREADABLE", { file, limitKib: LIMIT_KIB, problem, consequence });
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw new Error("it is not a file");
    if (stat.size > LIMIT_KIB * 1024) throw new Error("it is larger");
    return readFileSync(file, "utf8");
  } catch (thrown) {
    throw unreadable(problemOf(thrown));
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.map(String).join(".");
  if (issue.code !== "unrecognized_keys") return where === "" ? issue.message : `${where}: ${issue.message}`;
  const known = knownKeys(issue.path);
  return issue.keys
    .map((key) => `there is no key ${[where, key].filter((part) => part !== "").join(".")}${hintFor(key, known)}`)
    .join("; ");
}

/** The keys that the schema knows at `path`. */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: unknown = configFileSchema;
  for (const key of path) {
    schema = unwrap(schema);
    if (schema instanceof z.ZodObject) schema = schema.shape[String(key)];
    else if (schema instanceof z.ZodRecord) schema = schema.valueType;
  }
  const last = unwrap(schema);
  return last instanceof z.ZodObject ? Object.keys(last.shape) : [];
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}
