import { describe, expect, it } from "vitest";
import { createApi } from "../../../src/api/api.ts";
import { type DocumentedRoute, openApiDocument, openApiOf, queryParameter } from "../../../src/api/openapi.ts";
import { problemObject } from "../../../src/api/problem.ts";
import { answerRequest, ROUTES } from "../../../src/api/routes.ts";
import { SCHEMAS, type SchemaName } from "../../../src/api/schemas.ts";
import { ERRORS, type ErrorCode, selfballoonError } from "../../../src/core/errors.ts";
import type { HistoryPort, HostPoint } from "../../../src/core/history.ts";
import { toldRecord } from "../../../src/core/severity.ts";
import { historyPoints, stepPoint } from "../../../src/view/step-point.ts";
import { ScriptedControl } from "../../support/control.ts";
import { faultRecord, guestStatus, stepRecord } from "../../support/guest-records.ts";
import { checkerOf as schemaChecker } from "../../support/schema-check.ts";

const checkerOf = (name: SchemaName) => schemaChecker(SCHEMAS, name);

const refTo = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const ROUTE: DocumentedRoute = {
  ...{ method: "GET", path: "/x", summary: "Do it.", writes: false, contentType: "x/y" },
  ...{ takes: null, gives: "Answer", parameters: [] },
};

const { observation, decision } = stepRecord("web");

/** A history that knows of one step. */
const ONE_POINT: HistoryPort = {
  read: ({ guest }) => {
    const step = { atMs: 5000, gap: true, moves: 1, decision };
    const points = historyPoints([stepPoint(observation, step)]);
    return Promise.resolve({ guest, keptFromMs: 0, complete: true, points });
  },
};

const HOST_POINT: HostPoint = { atMs: 5000, gap: false, usedBytes: 1, availableBytes: 2, savedBytes: 3, guests: 1 };

function rig() {
  const control = new ScriptedControl();
  control.statuses.set("web", guestStatus("web"));
  control.statuses.set("new", { ...guestStatus("new"), observation: null, decision: null });
  return {
    control,
    api: createApi(control, "1.2.3", { history: ONE_POINT, hostPast: { points: () => [HOST_POINT] } }),
  };
}

const OUTCOME = {
  startPages: 9,
  leftPages: 1,
  freedPages: 8,
  touchedPages: 8,
  skippedProcesses: 0,
  cpuMs: 2,
  end: "reached",
} as const;

const BODIES: Partial<Record<SchemaName, string>> = {
  TunableChanges: '{"frontswap_inertia":"+4","guard":1,"selfballoon_interval":null}',
  GuestChange: '{"paused":true}',
  GuestSettingChanges: '{"max_mb":512,"weight":"3","managed":true,"guard":0,"min_mb":null}',
  GuestChoice: '{"guests":["web"]}',
  ReservationWish: '{"bytes":1048576,"guest":"web","waitMs":5000,"lifeMs":60000}',
};

describe("the OpenAPI document", () => {
  it("is of version 3.1, names every route once, and refers to nothing that is not there", () => {
    const document = openApiDocument(ROUTES, "1.2.3");
    expect(document).toMatchObject({ openapi: "3.1.0", info: { version: "1.2.3" } });
    expect(Object.keys(document["paths"] as object)).toEqual([...new Set(ROUTES.map(({ path }) => path))]);
    for (const [, name] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g))
      expect(Object.keys(SCHEMAS)).toContain(name);
  });

  it.each(
    ROUTES.filter(({ gives }) => gives !== null).map((route) => [`${route.method} ${route.path}`, route] as const),
  )("describes what %s takes and gives", async (_, { method, path, takes, gives }) => {
    const body = takes === null ? "" : (BODIES[takes] ?? "");
    if (takes !== null) expect(checkerOf(takes).safeParse(JSON.parse(body)).error).toBeUndefined();
    const request = { method, path: path.replace(/\{\w+\}/, "web"), body, privileged: true };
    const answer: unknown = JSON.parse(JSON.stringify(await answerRequest(rig().api, request)));
    if (gives !== null) expect(checkerOf(gives).safeParse(answer).error).toBeUndefined();
  });

  it.each(["{}", '{"paused":1}', '{"paused":true,"x":1}'])("does not allow the change %s of a guest", (body) => {
    expect(checkerOf("GuestChange").safeParse(JSON.parse(body)).success).toBe(false);
  });

  it("tells how the daemon's API is talked to, and of its stream where it may begin", () => {
    const { info, components, paths } = openApiDocument(ROUTES, "1.2.3") as {
      info: object;
      components: { securitySchemes: object };
      paths: Record<string, Record<string, { parameters?: readonly { name: string }[]; responses: object }>>;
    };
    expect(info).toMatchObject({ title: "selfballoon", description: expect.stringContaining("need the token") });
    expect(components.securitySchemes).toEqual({
      token: { type: "http", scheme: "bearer", description: "The socket needs none." },
    });
    const stream = paths["/v1/events"]?.["get"];
    expect(stream?.parameters?.map(({ name }) => name)).toEqual(["Last-Event-ID", "after"]);
    expect(stream?.responses).toMatchObject({ 200: { content: { "text/event-stream": { schema: refTo("Event") } } } });
    expect(paths["/v1/guests"]?.["get"]).not.toHaveProperty("parameters");
    expect(paths["/metrics"]?.["get"]?.responses).toMatchObject({
      200: { content: { "text/plain; version=0.0.4; charset=utf-8": { schema: { type: "string" } } } },
    });
  });

  it("has of each route all that a client must know", () => {
    const limit = queryParameter({ name: "limit", meaning: "How many.", min: 1, max: 9 });
    const routes = [
      { ...ROUTE, path: "/a/{guest}/b/{id}", parameters: [limit] },
      { ...ROUTE, method: "PATCH", writes: true, takes: "Wish" },
      { ...ROUTE, method: "POST", writes: true, takes: "Wish", isBodyOptional: true, gives: null },
    ];
    const document = openApiOf({ ...{ version: "3", description: "It.", routes, schemas: {} }, tokenless: "Root." });
    const inPath = { in: "path", required: true, schema: { type: "string" } };
    const body = { content: { "application/json": { schema: refTo("Wish") } } };
    const good = { description: "It is done.", content: { "x/y": { schema: refTo("Answer") } } };
    const bad = {
      description: "It is not done, or it is not known whether it is: the problem says which.",
      content: { "application/problem+json": { schema: refTo("Problem") } },
    };
    const responses = { 200: good, default: bad };
    const security = [{ token: [] }, {}];
    expect(document["paths"]).toEqual({
      "/a/{guest}/b/{id}": {
        get: {
          summary: "Do it.",
          parameters: [
            { name: "guest", ...inPath },
            { name: "id", ...inPath },
            {
              ...{ name: "limit", in: "query", description: "How many." },
              schema: { type: "integer", minimum: 1, maximum: 9 },
            },
          ],
          responses,
        },
      },
      "/x": {
        patch: { summary: "Do it.", requestBody: { required: true, ...body }, responses, security },
        post: {
          summary: "Do it.",
          requestBody: { required: false, ...body },
          responses: { ...responses, 200: { ...good, content: { "x/y": { schema: { type: "string" } } } } },
          security,
        },
      },
    });
    expect(document["info"]).toEqual({
      ...{ title: "selfballoon", version: "3", description: "It." },
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    });
  });

  it("has the token needed of all where nobody is known without it", () => {
    const routes = [{ ...ROUTE, writes: true }];
    const { paths, components } = openApiOf({ version: "3", description: "It.", routes, schemas: {}, tokenless: null });
    expect(paths).toMatchObject({ "/x": { get: { security: [{ token: [] }] } } });
    expect(components).toEqual({ schemas: {}, securitySchemes: { token: { type: "http", scheme: "bearer" } } });
  });

  it("says of each event, those of compressed swap included, which fields it has", () => {
    const described = SCHEMAS.Event["oneOf"] as readonly {
      required: string[];
      properties: { kind: { const: string } };
    }[];
    const shrink = described.find(({ properties }) => properties.kind.const === "shrink");
    expect(shrink?.required.toSorted()).toEqual(
      ["seq", "atMs", "severity", "kind", "guest", "pageBytes", "targetPages", ...Object.keys(OUTCOME)].toSorted(),
    );
  });

  it("describes the events", () => {
    const { control } = rig();
    control.journal.add(stepRecord("web"));
    control.journal.add(faultRecord("web", "late"));
    control.journal.add({ kind: "notice", guest: "web", notice: { code: "failed_open", details: { silentS: 15 } } });
    control.journal.add({ kind: "shrink", guest: "web", pageBytes: 4096, targetPages: 1, ...OUTCOME });
    control.statuses.set("web", guestStatus("web"));
    control.pause(["web"]);
    control.change({ guard: "0" }, true);
    for (const record of control.journalAfter(0))
      expect(
        checkerOf("Event").safeParse(JSON.parse(JSON.stringify(toldRecord(record)))).error,
        record.kind,
      ).toBeUndefined();
  });

  it.each(Object.keys(ERRORS) as ErrorCode[])("describes the problem object of %s", (code) => {
    const problem = problemObject(selfballoonError(code, {}));
    expect(problem.status).toBe(ERRORS[code].httpStatus);
    expect(checkerOf("Problem").safeParse(problem).error).toBeUndefined();
  });
});
