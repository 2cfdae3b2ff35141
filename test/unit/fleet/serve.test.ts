import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FleetView } from "../../../src/fleet/fleet-view.ts";
import { FLEET_ROUTES } from "../../../src/fleet/service/routes.ts";
import { type FleetServiceOptions, serveFleet } from "../../../src/fleet/service/serve.ts";
import { encode } from "../../../src/fleet/wire.ts";
import { hostState } from "../../support/fleet.ts";
import { pageAsker } from "../../support/host-pages.ts";
import { askHttp } from "../../support/http.ts";
import { temporaryFolder } from "../../support/trees.ts";

async function serve(
  tokenFile: string | null,
  allowedHosts: readonly string[] = [],
  more: Partial<Pick<FleetServiceOptions, "readsNeedToken" | "reserver" | "tell">> = {
    readsNeedToken: tokenFile !== null,
  },
): Promise<string> {
  const view = new FleetView(() => 0);
  const health = { need: 0.5, isEmergency: false, warnings: [] };
  view.takeKey("h1", "state", encode<"state">(hostState("h1", { health })), 0);
  const place = { host: "127.0.0.1", port: 0, version: "1.2.3", pageFolder: temporaryFolder() };
  const service = { tell: () => {}, pageAsker: pageAsker(), ...place, ...more, tokenFile, allowedHosts };
  const { url, close } = await serveFleet(view, null, service);
  onTestFinished(close);
  return url;
}

const paths = FLEET_ROUTES.filter(({ method }) => method === "GET").map(({ path }) =>
  path.slice(1).replace("{host}", "h1").replace("{guest}", "web"),
);

describe("a fleet's service", () => {
  it.each(paths)("answers /%s to whoever reaches it", async (path) => {
    expect((await askHttp((await serve(null)) + path)).status).toBe(200);
  });

  it("tells in its metrics of hosts that need their memory, where they say so", async () => {
    const { text } = await askHttp(`${await serve(null)}metrics`);
    expect(text).toContain('selfballoon_fleet_need_ratio{host="h1"} 0.5');
    expect(text).toContain('selfballoon_fleet_emergency{host="h1"} 0');
  });

  it("tells its metrics in Prometheus' text format, and as OpenMetrics to whoever accepts that", async () => {
    const url = `${await serve(null)}metrics`;
    const types = async (accept: string) => {
      const { headers, text } = await askHttp(url, { headers: { accept } });
      expect(text).toMatch(/\nselfballoon_fleet_guests\{host="h1"\} 2\n[\s\S]*\n# EOF\n$/);
      return headers["content-type"];
    };
    expect(await types("*/*")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const prometheus = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    expect(await types(prometheus)).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
  });

  it.each(paths)("tells nothing at /%s without the token, where reads need it", async (path) => {
    const tokenFile = join(temporaryFolder(), "token");
    const url = (await serve(tokenFile)) + path;
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
    for (const headers of [{}, { authorization: "Bearer wrong" }]) {
      const { status, text } = await askHttp(url, { headers });
      expect(status).toBe(401);
      expect(text).not.toMatch(/h1|1\.2\.3/);
    }
    const authorization = `Bearer ${readFileSync(tokenFile, "utf8").trim()}`;
    expect((await askHttp(url, { headers: { authorization } })).status).toBe(200);
  });

  it.each(paths)("answers /%s to whoever reaches it, with a token that only writes need", async (path) => {
    const tokenFile = join(temporaryFolder(), "token");
    expect((await askHttp((await serve(tokenFile, [], {})) + path)).status).toBe(200);
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
  });

  it("shows the fleet, takes no writes and says so once, where a token that only writes need can't be used", async () => {
    const tokenFile = join(temporaryFolder(), "no", "such", "folder", "token");
    const told: string[] = [];
    const more = {
      tell: (text: string) => void told.push(text),
      reserver: async () => Promise.reject(new Error("it was asked")),
    };
    const url = await serve(tokenFile, [], more);
    expect((await askHttp(`${url}v1/fleet`)).status).toBe(200);
    for (const authorization of ["Bearer ", "Bearer null", "Bearer undefined"]) {
      const write = { method: "POST", headers: { authorization }, body: '{"bytes":1}' };
      expect((await askHttp(`${url}v1/fleet/reservations`, write)).status).toBe(401);
    }
    expect(told).toEqual([expect.stringMatching(/^Nothing can be changed here.*no\/such\/folder\/token/)]);
    await expect(serve(tokenFile, [], { readsNeedToken: true })).rejects.toMatchObject({ code: "ERR_PERMISSION" });
  });

  it("answers under the other names that the operator allows", async () => {
    const url = `${await serve(null, ["fleet.example.org"])}v1/fleet`;
    expect((await askHttp(url, { headers: { host: "fleet.example.org" } })).status).toBe(200);
    expect((await askHttp(url, { headers: { host: "evil.example" } })).status).toBe(421);
  });

  it("finds room for whoever shows the token, and for nobody where there is none", async () => {
    const tokenFile = join(temporaryFolder(), "token");
    const wishes: unknown[] = [];
    const reserver: FleetServiceOptions["reserver"] = async (wish) => {
      wishes.push(wish);
      return { host: "h1", id: "0123abcd", mib: wish.mib, lifeMs: wish.lifeMs, isNew: true };
    };
    const url = `${await serve(tokenFile, [], { reserver })}v1/fleet/reservations`;
    const headers = { authorization: `Bearer ${readFileSync(tokenFile, "utf8").trim()}` };
    const post = async (body: unknown, shown: Record<string, string> = headers) => {
      const { status, text } = await askHttp(url, { method: "POST", headers: shown, body: JSON.stringify(body) });
      return { status, body: JSON.parse(text) as unknown };
    };
    const wish = { bytes: 2 ** 30 + 1, guest: "web", labels: { rack: "a" } };
    expect(await post(wish, {})).toMatchObject({ status: 401, body: { code: "ERR_TOKEN_NEEDED" } });
    expect(wishes).toEqual([]);
    expect(await post(wish)).toEqual({
      status: 200,
      body: { host: "h1", id: "0123abcd", guest: "web", bytes: 1025 * 2 ** 20, lifeMs: 300_000, isNew: true },
    });
    expect(wishes).toEqual([{ mib: 1025, guest: "web", labels: { rack: "a" }, waitMs: 10_000, lifeMs: 300_000 }]);
    const odd: unknown = JSON.parse('{"bytes":1,"labels":{"__proto__":"a"}}');
    for (const bad of [
      odd,
      {},
      { bytes: "1" },
      { bytes: 0 },
      { bytes: 1, more: 1 },
      { bytes: 1, labels: { rack: 1 } },
      [],
    ])
      expect(await post(bad)).toMatchObject({ status: 400, body: { code: "ERR_BODY_INVALID" } });
    const bare = `${await serve(null, [], { reserver })}v1/fleet/reservations`;
    expect((await askHttp(bare, { method: "POST", headers, body: JSON.stringify(wish) })).status).toBe(401);
    expect(wishes).toHaveLength(1);
  });
});
