import * as z from "zod";

/** A type without `readonly`, as zod infers it. */
type Plain<T> = T extends readonly (infer One)[]
  ? Plain<One>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

/** Take a schema whose values are just those of the type `T`; any other does not compile. */
export const of =
  <T>() =>
  <S extends z.ZodType<Plain<T>>>(schema: S & (Plain<T> extends z.output<S> ? unknown : never)): S =>
    schema;

/** A JSON Schema of 2020-12, as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>;

/** The JSON Schemas of objects, by name, which refer to each other as parts of an OpenAPI document. */
export function schemasOf<Name extends string>(
  objects: Readonly<Record<Name, z.ZodType>>,
): Readonly<Record<Name, Schema>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, object] of Object.entries<z.ZodType>(objects)) registry.add(object, { id });
  const { schemas } = z.toJSONSchema(registry, { io: "input", uri: (id) => `#/components/schemas/${id}` });
  const entries = Object.entries(schemas).map(([name, { $schema, $id, ...schema }]) => [name, schema]);
  // An entry for each of the objects.
  return Object.fromEntries(entries) as Record<Name, Schema>;
}
