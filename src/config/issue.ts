import * as z from "zod";
import { hintFor } from "./nearest.ts";
import { configFileSchema } from "./schema.ts";

/** What is wrong with the file at one place, in the words of the file and not of the library that checks it. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const { code, path, message } = issue;
  const schemas = schemasAlong(path);
  if (code === "custom") return `${nameOf(path)}: ${message}`;
  if (code === "invalid_key") return `${nameOf(path.slice(0, -1))} must have names of 1 to 256 characters`;
  if (code !== "unrecognized_keys") return wrongValue(path, schemas);
  return issue.keys.map((key) => unknownKey([...path, key], schemas.at(-1))).join("; ");
}

/** The innermost schema that says what it takes; one that does not is a section. */
function wrongValue(path: readonly PropertyKey[], schemas: readonly unknown[]): string {
  const described = schemas.findLastIndex((schema) => descriptionOf(schema) !== null);
  if (described < 0) return `${nameOf(path)} must be a section`;
  return `${nameOf(path.slice(0, described))} must be ${descriptionOf(schemas[described])}`;
}

function unknownKey(path: readonly PropertyKey[], section: unknown): string {
  const known = section instanceof z.ZodObject ? Object.keys(section.shape) : [];
  return `there is no key ${nameOf(path)}${hintFor(String(path.at(-1)), known)}`;
}

/** The schemas from the whole file's to that at `path`, as far as they go. */
function schemasAlong(path: readonly PropertyKey[]): readonly unknown[] {
  const schemas: unknown[] = [configFileSchema];
  for (const key of path) schemas.push(unwrap(partOf(schemas.at(-1), key)));
  return schemas;
}

function partOf(schema: unknown, key: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[String(key)];
  if (schema instanceof z.ZodPipe) return partOf(schema.out, key);
  if (schema instanceof z.ZodRecord || schema instanceof z.ZodMap) return schema.valueType;
  return schema instanceof z.ZodArray ? schema.element : undefined;
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}

function descriptionOf(schema: unknown): string | null {
  return schema instanceof z.ZodType ? (schema.description ?? null) : null;
}

/** Where it is, as TOML writes dotted keys. */
function nameOf(path: readonly PropertyKey[]): string {
  return path.map((key) => (/^[\w-]+$/.test(String(key)) ? String(key) : JSON.stringify(key))).join(".");
}
