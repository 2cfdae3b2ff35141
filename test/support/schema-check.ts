import * as z from "zod";
import type { Schema } from "../../src/api/schema-tools.ts";

/** A check by one of a document's schemas, with those that it refers to. */
export function checkerOf<Name extends string>(schemas: Readonly<Record<Name, Schema>>, name: Name) {
  const inDefs = JSON.parse(JSON.stringify(schemas).replaceAll("#/components/schemas/", "#/$defs/")) as Record<
    string,
    object
  >;
  return z.fromJSONSchema({ ...inDefs[name], $defs: inDefs } as Parameters<typeof z.fromJSONSchema>[0]);
}
