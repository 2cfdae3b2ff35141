import { describe, expect, it } from "vitest";
import { FleetView } from "../../../src/fleet/fleet-view.ts";
import { beginRollout } from "../../../src/fleet/rollout.ts";
import type { Scope } from "../../../src/fleet/scope.ts";
import { HostPages } from "../../../src/fleet/service/host-pages.ts";
import { fleetOpenApi } from "../../../src/fleet/service/openapi.ts";
import { FleetReservations } from "../../../src/fleet/service/reservations.ts";
import type { FleetRequest, FleetRoute } from "../../../src/fleet/service/route.ts";
import { FLEET_ROUTES } from "../../../src/fleet/service/routes.ts";
import { FLEET_SCHEMAS, type FleetSchemaName } from "../../../src/fleet/service/schemas.ts";
import { FleetSettings } from "../../../src/fleet/service/settings.ts";
import { encode, pack } from "../../../src/fleet/wire.ts";
import { hostState, row } from "../../support/fleet.ts";
import { pageAsker } from "../../support/host-pages.ts";
import { MemoryBoard } from "../../support/memory-board.ts";
import { checkerOf } from "../../support/schema-check.ts";

const ALL: Scope = { kind: "all" };
const HOST: Scope = { kind: "host", host: "h1" };

const BODIES: Partial<Record<FleetSchemaName, string>> = {
  FleetSettingsChange:
    '{"scope":"rack=a1","guest":"db*","values":{"min_mb":512,"guard":null},"first":"10%","watchMs":1}',
  FleetRolloutChoice: '{"scope":"host h1","id":"0a1b2c3d"}',
  FleetReservationWish: '{"bytes":1048576,"guest":"web","labels":{"rack":"a1"}}',
};

/** A fleet of which something is to be said in every answer. */
async function request(): Promise<FleetRequest> {
  const view = new FleetView(() => 0);
  const trouble = { upS: 1, oomKills: 0, emergencies: 0 };
  const refused = [{ scope: "all", guest: null, name: "guard", problem: "why" }];
  const settings = { taken: { all: 1 }, refused, refusedInAll: 1 };
  const worst = [pack(row("db", { standing: "short", goalMb: 900 }))];
  const health = { need: null, isEmergency: false, warnings: ["too little"] };
  const state = hostState("h1", { labels: { rack: "a1" }, settings, trouble, worst, health });
  const records = [{ seq: 1, at: 1, kind: "fault", guest: "db", text: "it is short" }];
  view.takeKey("h1", "guests", encode<"guests">({ host: "h1", at: 0, rows: worst }), 0);
  view.takeKey("h1", "state", encode<"state">(state), 0);
  view.takeKey("h2", "state", encode<"state">(hostState("h2")), 0);
  view.takeKey("h3", "state", new TextEncoder().encode("nonsense"), 0);
  view.takeRecords("h1", encode<"records">({ host: "h1", at: 0, records }));
  const board = new MemoryBoard();
  const start = { scope: ALL, hosts: view.list(), nowMs: 0 };
  const begun = { id: "0a1b2c3d", guest: null, values: { guard_emergency_mb: "24" }, hosts: ["h1"], watchMs: 1 };
  for (const scope of [ALL, HOST])
    await board.edit(scope, () => beginRollout({ settings: { guard: "1" }, guests: {} }, begun, start));
  const reserver = async () => ({ host: "h1", id: "0123abcd", mib: 1, lifeMs: 1, isNew: true });
  const reservations = new FleetReservations(reserver);
  const query = new URLSearchParams("standing=short&q=db");
  const change = new FleetSettings(board, view);
  const pages = new HostPages(view, pageAsker());
  return {
    view,
    board,
    reservations,
    settings: change,
    pages,
    version: "1.2.3",
    host: "h1",
    below: "",
    query,
    body: "",
  };
}

async function answerOf({ path, takes, answer }: FleetRoute): Promise<unknown> {
  const body = takes === null ? "" : (BODIES[takes] ?? "");
  const below = path.replace("/v1/fleet/hosts/{host}", "").replace("{guest}", "web");
  return JSON.parse(JSON.stringify(await answer({ ...(await request()), body, below })));
}

describe("the OpenAPI document of a fleet's service", () => {
  const document = fleetOpenApi(FLEET_ROUTES, "1.2.3");

  it("names every route, and refers to nothing that is not there", () => {
    expect(document).toMatchObject({ openapi: "3.1.0", info: { version: "1.2.3" } });
    expect(Object.keys(document["paths"] as object)).toEqual([...new Set(FLEET_ROUTES.map(({ path }) => path))]);
    for (const [, name] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g))
      expect(Object.keys(FLEET_SCHEMAS)).toContain(name);
  });

  it.each(FLEET_ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "describes what %s takes and gives",
    async (_, route) => {
      const { takes, gives } = route;
      if (takes !== null) {
        const check = checkerOf(FLEET_SCHEMAS, takes);
        expect(check.safeParse(JSON.parse(BODIES[takes] ?? "")).error).toBeUndefined();
        expect(check.safeParse({ more: 1 }).success).toBe(false);
      }
      const answer = await answerOf(route);
      if (gives === null) expect(answer).toBeTypeOf("string");
      else expect(checkerOf(FLEET_SCHEMAS, gives).safeParse(answer).error).toBeUndefined();
    },
  );

  it("asks for the token for what changes something, and for nothing else", () => {
    const paths = document["paths"] as Record<string, Record<string, { readonly security?: unknown }>>;
    for (const { method, path } of FLEET_ROUTES)
      expect(paths[path]?.[method.toLowerCase()]?.security).toEqual(method === "GET" ? undefined : [{ token: [] }]);
  });
});
