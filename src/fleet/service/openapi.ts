import { openApiOf, queryParameter } from "../../api/openapi.ts";
import type { Schema } from "../../api/schema-tools.ts";
import { STANDINGS } from "../../view/standing.ts";
import type { FleetRoute } from "./route.ts";
import { FLEET_SCHEMAS } from "./schemas.ts";

/** What may follow the path of a route's question mark. */
const QUERIES: Readonly<Record<Extract<FleetRoute["query"], string>, readonly Schema[]>> = {
  guests: [
    {
      name: "standing",
      in: "query",
      description: "Guests that stand like one of these; without it all.",
      schema: { type: "array", items: { enum: STANDINGS } },
    },
    {
      name: "q",
      in: "query",
      description: "Words of which all are in the guest's or its host's name, or in why it has what it has.",
      schema: { type: "string", maxLength: 256 },
    },
  ],
};

/** The service's API as an OpenAPI 3.1 document, from its routes. */
export function fleetOpenApi(routes: readonly FleetRoute[], version: string): Schema {
  return openApiOf({
    version,
    description:
      "The hosts of a fleet, their guests, what is set for many and room for a guest. What changes something needs the token.",
    routes: routes.map(({ query, ...route }) => ({
      ...route,
      writes: route.method !== "GET",
      parameters: typeof query === "string" ? QUERIES[query] : (query ?? []).map(queryParameter),
    })),
    schemas: FLEET_SCHEMAS,
    tokenless: null,
  });
}
