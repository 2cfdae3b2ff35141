import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FleetView } from "../../../src/fleet/fleet-view.ts";
import { serveFleet } from "../../../src/fleet/service/serve.ts";
import { encode } from "../../../src/fleet/wire.ts";
import { hostState } from "../../support/fleet.ts";
import { askHttp } from "../../support/http.ts";
import { MemoryBoard } from "../../support/memory-board.ts";
import { temporaryFolder } from "../../support/trees.ts";

const TROUBLE = { upS: 100, oomKills: 0, emergencies: 0 };

/** A service of three hosts, of which two are in rack a1; `board` null: what is set can't be read. */
async function serve(board: MemoryBoard | null, hasToken = true) {
  const view = new FleetView(() => 0);
  const settings = { taken: {}, refused: [], refusedInAll: 0 };
  for (const [host, rack] of [
    ["h1", "a1"],
    ["h2", "a1"],
    ["h3", "b1"],
  ] as const)
    view.takeKey(host, "state", encode<"state">(hostState(host, { labels: { rack }, settings, trouble: TROUBLE })), 0);
  const tokenFile = hasToken ? join(temporaryFolder(), "token") : null;
  const place = { host: "127.0.0.1", port: 0, version: "1.2.3", pageFolder: temporaryFolder() };
  const { url, close } = await serveFleet(view, board, { ...place, tokenFile, tell: () => {} });
  onTestFinished(close);
  const headers = tokenFile === null ? {} : { authorization: `Bearer ${readFileSync(tokenFile, "utf8").trim()}` };
  const post = async (path: string, body: unknown, shown: Record<string, string> = headers) => {
    const { status, text } = await askHttp(`${url}v1/fleet/${path}`, {
      method: "POST",
      headers: shown,
      body: JSON.stringify(body),
    });
    return { status, body: JSON.parse(text) as unknown };
  };
  const get = async () => JSON.parse((await askHttp(`${url}v1/fleet/settings`)).text) as { canChange: boolean };
  return { url, post, get };
}

const RACK = { scope: "rack=a1", values: { guard_headroom_mb: "80" } };

describe("settings for many over HTTP", () => {
  it("are written for who shows the token, and for nobody else", async () => {
    const board = new MemoryBoard();
    const { post, get } = await serve(board);
    for (const path of ["settings", "settings/resume", "settings/abort"])
      expect(await post(path, RACK, {})).toMatchObject({ status: 401, body: { code: "ERR_TOKEN_NEEDED" } });
    expect(board.list()).toEqual([]);
    expect(await post("settings", RACK)).toEqual({
      status: 200,
      body: { scope: "rack=a1", hosts: 2, risks: [], first: [], id: null },
    });
    expect(await post("settings", { ...RACK, guest: "db*", values: { min_mb: 512 } })).toMatchObject({ status: 200 });
    expect(await get()).toMatchObject({
      canChange: true,
      scopes: [
        {
          scope: "rack=a1",
          hosts: 2,
          settings: [
            { guest: null, name: "guard_headroom_mb", value: "80", taken: 0 },
            { guest: "db*", name: "min_mb", value: "512", taken: 0 },
          ],
        },
      ],
    });
    await post("settings", { ...RACK, values: { guard_headroom_mb: null } });
    expect(board.list()[0]?.document).toEqual({ settings: {}, guests: { "db*": { min_mb: "512" } } });
    await post("settings", { scope: "rack=a1", values: null });
    expect(board.list()[0]?.document).toEqual({ settings: {}, guests: {} });
  });

  it("are judged as the command judges them: risks are said, and what no host could take is refused unwritten", async () => {
    const board = new MemoryBoard();
    const { post } = await serve(board);
    const risky = { scope: "all", values: { guard: "0" }, dryRun: true };
    expect(await post("settings", risky)).toEqual({
      status: 200,
      body: {
        scope: "all",
        hosts: 3,
        first: [],
        id: null,
        risks: [expect.stringMatching(/^guard=0: Without the guard/)],
      },
    });
    const staged = { scope: "all", values: { guard_headroom_mb: "80" }, first: "50%", dryRun: true };
    expect((await post("settings", staged)).body).toMatchObject({
      hosts: 3,
      first: [expect.any(String), expect.any(String)],
    });
    expect((await post("settings", { ...staged, first: "9" })).body).toMatchObject({ first: { length: 3 } });
    const refused = async (body: unknown) => ((await post("settings", body)).body as { code: string }).code;
    expect(await refused({ scope: "all", values: { guard: "7" } })).toBe("ERR_GUEST_SETTING_INVALID");
    expect(await refused({ scope: "all", values: { gaurd: null } })).toBe("ERR_TUNABLE_UNKNOWN");
    expect(await refused({ scope: "all", values: { min_mb: "1" } })).toBe("ERR_TUNABLE_UNKNOWN");
    expect(await refused({ scope: "all", guest: "db*", values: { gaurd: "1" } })).toBe("ERR_GUEST_SETTING_UNKNOWN");
    const bads: unknown[] = [
      {},
      { scope: "all" },
      { scope: "all", values: {} },
      { scope: "some", values: { guard: "1" } },
      { scope: "host a.b", values: { guard: "1" } },
      { scope: "all", values: { guard: "1" }, first: "0" },
      { scope: "all", values: null, first: "1" },
      { scope: "all", values: { guard: true } },
      JSON.parse('{"scope":"all","values":{"guard":"1","__proto__":"1"}}'),
      { scope: "all", values: { guard: "1" }, more: 1 },
    ];
    for (const bad of bads) expect(await refused(bad)).toBe("ERR_BODY_INVALID");
    expect(board.list()).toEqual([]);
  });

  it("are changed by whoever was shown what is there, and not over what came since", async () => {
    const board = new MemoryBoard();
    const { post, get } = await serve(board);
    await post("settings", RACK);
    expect(await get()).toMatchObject({ scopes: [{ scope: "rack=a1", revision: 1 }] });
    await post("settings", { ...RACK, values: { guard: "1" } });
    for (const wish of [{ values: null }, { values: { guard: null } }, { ...RACK, first: "1" }])
      expect(await post("settings", { scope: "rack=a1", ...wish, revision: 1 })).toMatchObject({
        status: 409,
        body: { code: "ERR_FLEET_SETTINGS_OTHER" },
      });
    expect(board.list()[0]?.document.settings).toEqual({ guard_headroom_mb: "80", guard: "1" });
    await post("settings", { scope: "rack=a1", values: null, revision: 2 });
    expect(board.list()[0]?.document.settings).toEqual({});
  });

  it("are sent again only where they changed, to whoever shows the tag of what it has", async () => {
    const { url, post } = await serve(new MemoryBoard());
    const read = (tag: string) => askHttp(`${url}v1/fleet/settings`, { headers: { "if-none-match": tag } });
    await post("settings", RACK);
    const { status, headers } = await read('"other"');
    expect(status).toBe(200);
    const tag = String(headers["etag"]);
    expect(await read(tag)).toMatchObject({ status: 304, text: "" });
    await post("settings", { ...RACK, values: { guard: "1" } });
    expect(await read(tag)).toMatchObject({ status: 200, text: expect.stringContaining('"guard"') });
  });

  it("are counted beside the hosts as far as somebody should look at them", async () => {
    const { url, post } = await serve(new MemoryBoard());
    const news = async (path: string) =>
      (JSON.parse((await askHttp(`${url}v1/${path}`)).text) as { news: number }).news;
    await post("settings", RACK);
    expect(await news("fleet")).toBe(0);
    await post("settings", { ...RACK, values: { guard: "1" }, first: "1" });
    expect([await news("fleet"), await news("fleet/settings")]).toEqual([1, 1]);
  });

  it("are rolled out, begun again and taken back", async () => {
    const board = new MemoryBoard();
    const { post } = await serve(board);
    const begun = await post("settings", { ...RACK, first: "50%", watchMs: 1000 });
    expect(begun.body).toMatchObject({ scope: "rack=a1", hosts: 2, first: ["h1"] });
    expect(board.list()[0]?.document.rollout).toMatchObject({ hosts: ["h1"], watchMs: 1000, phase: { is: "first" } });
    expect(await post("settings", RACK)).toMatchObject({ status: 409, body: { code: "ERR_ROLLOUT_UNDER_WAY" } });
    const { id } = begun.body as { id: string };
    for (const path of ["settings/resume", "settings/abort"]) {
      const other = await post(path, { scope: "rack=a1", id: "00000000" });
      expect(other).toMatchObject({ status: 409, body: { code: "ERR_ROLLOUT_OTHER" } });
      expect(await post(path, { scope: "rack=a1" })).toMatchObject({ body: { code: "ERR_BODY_INVALID" } });
    }
    expect(board.list()[0]?.revision).toBe(1);
    expect(await post("settings/resume", { scope: "rack=a1", id })).toEqual({
      status: 200,
      body: { scope: "rack=a1", first: ["h1"] },
    });
    expect(await post("settings/abort", { scope: "rack=a1", id })).toEqual({
      status: 200,
      body: { scope: "rack=a1", first: [] },
    });
    expect(board.list()[0]?.document.rollout).toBeUndefined();
    for (const path of ["settings/resume", "settings/abort"])
      expect(await post(path, { scope: "rack=a1", id })).toMatchObject({
        status: 404,
        body: { code: "ERR_NO_ROLLOUT" },
      });
  });

  it.each([
    ["no token could be shown", () => serve(new MemoryBoard(), false), 401],
    ["they can't be read", () => serve(null), 404],
  ])("can't be changed where %s, and that is said", async (_, start, status) => {
    const { post, get } = await start();
    expect((await get()).canChange).toBe(false);
    expect((await post("settings", RACK)).status).toBe(status);
  });
});
