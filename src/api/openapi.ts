import { PROBLEM_TYPE } from "./problem.ts";
import type { QueryNumber, Route } from "./route.ts";
import type { Schema } from "./schema-tools.ts";
import { SCHEMAS } from "./schemas.ts";

/** What a document says of one route, whoever serves it. */
export interface DocumentedRoute extends Omit<Route, "takes" | "gives" | "query" | "answer" | "method"> {
  readonly method: string;
  /** What the body must be, by the name of its schema; null if it is not looked at. */
  readonly takes: string | null;
  /** What a good answer is; null if it is text. */
  readonly gives: string | null;
  /** What it takes besides its path and its body, as OpenAPI writes it. */
  readonly parameters: readonly Schema[];
}

/** What a document is about. */
export interface Documented {
  readonly version: string;
  readonly description: string;
  readonly routes: readonly DocumentedRoute[];
  /** What the routes take and give, by name, with `Problem`. */
  readonly schemas: Readonly<Record<string, Schema>>;
  /** Who needs no token for what changes something; null: nobody. */
  readonly tokenless: string | null;
}

/** The daemon's API as an OpenAPI 3.1 document, from the routes and the tables of the core. */
export function openApiDocument(routes: readonly Route[], version: string): Schema {
  return openApiOf({
    version,
    description: "What each guest has, wants and gets, why, and the tunables. Writes over TCP need the token.",
    routes: routes.map((route) => ({
      ...route,
      gives: route.answer === null ? "Event" : route.gives,
      parameters: [...(route.answer === null ? STREAM_PARAMETERS : []), ...(route.query ?? []).map(queryParameter)],
    })),
    schemas: SCHEMAS,
    tokenless: "The socket needs none.",
  });
}

/** An OpenAPI 3.1 document. */
export function openApiOf({ version, description, routes, schemas, tokenless }: Documented): Schema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route, tokenless !== null) };
  return {
    openapi: "3.1.0",
    info: {
      title: "selfballoon",
      version,
      description,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: "http", scheme: "bearer", ...(tokenless === null ? {} : { description: tokenless }) },
      },
    },
  };
}

function operation(route: DocumentedRoute, isTokenOptional: boolean): Schema {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: "path", required: true, schema: { type: "string" } },
  }));
  const parameters = [...inPath, ...route.parameters];
  return {
    summary: route.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.takes === null
      ? {}
      : {
          requestBody: { required: route.isBodyOptional !== true, content: content("application/json", route.takes) },
        }),
    responses: {
      200: { description: "It is done.", content: content(route.contentType, route.gives) },
      default: {
        description: "It is not done, or it is not known whether it is: the problem says which.",
        content: content(PROBLEM_TYPE, "Problem"),
      },
    },
    ...(route.writes ? { security: [{ token: [] }, ...(isTokenOptional ? [{}] : [])] } : {}),
  };
}

/** A number of a query as OpenAPI writes it. */
export function queryParameter({ name, meaning, min, max }: QueryNumber): Schema {
  return { name, in: "query", description: meaning, schema: { type: "integer", minimum: min, maximum: max } };
}

const EVENT_NUMBER = { schema: { type: "integer", minimum: 0 } };
const STREAM_PARAMETERS = [
  { name: "Last-Event-ID", in: "header", ...EVENT_NUMBER },
  { name: "after", in: "query", ...EVENT_NUMBER },
];

function content(type: string, schema: string | null): Schema {
  return { [type]: { schema: schema === null ? { type: "string" } : { $ref: `#/components/schemas/${schema}` } } };
}
