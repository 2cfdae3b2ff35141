import { PROBLEM_TYPE } from "./problem.ts";
import type { QueryNumber, Route } from "./route.ts";
import { SCHEMAS, type Schema, type SchemaName } from "./schemas.ts";

/** The API as an OpenAPI 3.1 document, from the routes and the tables of the core. */
export function openApiDocument(routes: readonly Route[], version: string): Schema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "selfballoon",
      version,
      description: "What each guest has, wants and gets, why, and the tunables. Writes over TCP need the token.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "The socket needs none." } },
    },
  };
}

function operation(route: Route): Schema {
  const parameters = [
    ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      ...{ name, in: "path", required: true, schema: { type: "string" } },
    })),
    ...(route.answer === null ? STREAM_PARAMETERS : []),
    ...(route.query ?? []).map(queryParameter),
  ];
  return {
    summary: route.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.takes === null
      ? {}
      : {
          requestBody: { required: route.isBodyOptional !== true, content: content("application/json", route.takes) },
        }),
    responses: {
      200: { description: "It is done.", content: content(route.contentType, route.gives ?? streamed(route)) },
      default: { description: "It is not done, and nothing was changed.", content: content(PROBLEM_TYPE, "Problem") },
    },
    ...(route.writes ? { security: [{ token: [] }, {}] } : {}),
  };
}

function queryParameter({ name, meaning, min, max }: QueryNumber): Schema {
  return { name, in: "query", description: meaning, schema: { type: "integer", minimum: min, maximum: max } };
}

const EVENT_NUMBER = { schema: { type: "integer", minimum: 0 } };
const STREAM_PARAMETERS = [
  { name: "Last-Event-ID", in: "header", ...EVENT_NUMBER },
  { name: "after", in: "query", ...EVENT_NUMBER },
];

function streamed(route: Route): SchemaName | null {
  return route.answer === null ? "Event" : null;
}

function content(type: string, schema: SchemaName | null): Schema {
  return { [type]: { schema: schema === null ? { type: "string" } : { $ref: `#/components/schemas/${schema}` } } };
}
