import { describe, expect, it } from "vitest";
import { createApi } from "../../../src/api/api.ts";
import { answerRequest } from "../../../src/api/routes.ts";
import type { HistoryPort, HistoryQuery } from "../../../src/core/history.ts";
import { ScriptedControl } from "../../support/control.ts";

const NOTHING = { guest: "web", keptFromMs: null, complete: true, points: [] };

function ask(path: string, query: string, history: HistoryPort | null): Promise<unknown> {
  const api = createApi(new ScriptedControl(), "1.2.3", { history });
  return answerRequest(api, { method: "GET", path, query: new URLSearchParams(query), body: "", privileged: false });
}

/** What the history is asked for. */
async function asked(query: string, path = "/v1/guests/web/history"): Promise<HistoryQuery | undefined> {
  const queries: HistoryQuery[] = [];
  const history: HistoryPort = {
    read: (one) => {
      queries.push(one);
      return Promise.resolve(NOTHING);
    },
  };
  expect(await ask(path, query, history)).toEqual(NOTHING);
  return queries[0];
}

describe("a question for a guest's past", () => {
  it("has defaults: all that is kept up to now, in 720 points", async () => {
    const before = Date.now();
    const query = await asked("");
    expect(query).toMatchObject({ guest: "web", fromMs: null, points: 720 });
    expect(query?.toMs).toBeGreaterThanOrEqual(before);
    expect(query?.toMs).toBeLessThanOrEqual(Date.now());
  });

  it("takes a range and a number of points", async () => {
    expect(await asked("from=0&to=1800000000000&points=2000&colour=red")).toEqual({
      guest: "web",
      fromMs: 0,
      toMs: 1_800_000_000_000,
      points: 2000,
    });
  });

  it("names any guest, also one that is called history", async () => {
    expect(await asked("", "/v1/guests/my%2Fweb%201/history")).toMatchObject({ guest: "my/web 1" });
    expect(await asked("", "/v1/guests/history/history")).toMatchObject({ guest: "history" });
  });

  it.each(["from=x", "from=-1", "from=1.5", "to=", "to=99999999999999999", "points=1", "points=2001", "points=1e3"])(
    "is refused with %s",
    async (query) => {
      const history: HistoryPort = { read: () => Promise.reject(new Error("it was asked")) };
      const answer = ask("/v1/guests/web/history", query, history);
      await expect(answer).rejects.toMatchObject({ code: "ERR_QUERY_INVALID", details: { name: query.split("=")[0] } });
    },
  );

  it("is told where none is kept", async () => {
    await expect(ask("/v1/guests/web/history", "", null)).rejects.toMatchObject({
      code: "ERR_NO_HISTORY",
      httpStatus: 404,
    });
  });

  it.each(["/v1/guests//history", "/v1/guests/history/", "/v1/guests/a/b/history"])("has no path %s", async (path) => {
    await expect(ask(path, "", null)).rejects.toMatchObject({ code: "ERR_ROUTE_UNKNOWN" });
  });
});
