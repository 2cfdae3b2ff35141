import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createApi } from "../../../src/api/api.ts";
import { ROUTES } from "../../../src/api/routes.ts";
import { serveTcp, type TcpOptions } from "../../../src/api/tcp.ts";
import { ScriptedControl } from "../../support/control.ts";
import { guestStatus } from "../../support/guest-records.ts";
import { askHttp } from "../../support/http.ts";
import { temporaryFolder } from "../../support/trees.ts";

async function serve(
  tokenFile: string | null = null,
  { allowedHosts = [], readsNeedToken = false }: Partial<Pick<TcpOptions, "allowedHosts" | "readsNeedToken">> = {},
) {
  const control = new ScriptedControl();
  control.statuses.set("web", guestStatus("web"));
  const folder = temporaryFolder();
  const pageFolder = join(folder, "web");
  mkdirSync(join(pageFolder, "assets"), { recursive: true });
  writeFileSync(join(pageFolder, "index.html"), "<!doctype html><title>t</title>");
  writeFileSync(join(pageFolder, "assets", "index-1.js"), "1;".repeat(1000));
  writeFileSync(join(pageFolder, "assets", "notes.txt"), "not for the web");
  const runtimeTokenFile = join(folder, "token");
  const server = await serveTcp(createApi(control, "1.2.3"), {
    host: "127.0.0.1",
    port: 0,
    allowedHosts,
    readsNeedToken,
    tokenFile,
    runtimeTokenFile,
    pageFolder,
  });
  onTestFinished(server.close);
  const { url, token } = server;
  const bearer = { authorization: `Bearer ${token}` };
  const values = () => control.tunables().map(({ name, value }) => [name, value]);
  return { ...server, control, runtimeTokenFile, port: new URL(url).port, bearer, values };
}

const TUNABLES = "v1/tunables";
const TEN_MB = Buffer.alloc(10_000_000, "x");

describe("the API over TCP", () => {
  it("is read by whoever reaches it, and written only with the token", async () => {
    const { url, bearer, control } = await serve();
    expect(await askHttp(`${url}v1/guests`)).toMatchObject({ status: 200 });
    const body = '{"frontswap_inertia":"9"}';
    expect(await askHttp(url + TUNABLES, { method: "PATCH", headers: bearer, body })).toMatchObject({ status: 200 });
    expect(control.tunables().find(({ name }) => name === "frontswap_inertia")?.value).toBe(9);
  });

  it.each([
    ["no token", {}, "ERR_TOKEN_NEEDED", 401, '{"guard":"0"}'],
    ["a wrong token", { authorization: "Bearer wrong" }, "ERR_TOKEN_NEEDED", 401, '{"guard":"0"}'],
    ["the token under another scheme", { scheme: "Basic" }, "ERR_TOKEN_NEEDED", 401, '{"guard":"0"}'],
    ["a wrong Host", { host: "evil.example", right: "yes" }, "ERR_HOST_UNKNOWN", 421, '{"guard":"0"}'],
    ["the right Host without its port", { host: "127.0.0.1", right: "yes" }, "ERR_HOST_UNKNOWN", 421, '{"guard":"0"}'],
    ["a body of 10 MB", { right: "yes" }, "ERR_BODY_TOO_LARGE", 413, TEN_MB],
    ["a body that is no JSON", { right: "yes" }, "ERR_BODY_INVALID", 400, '{"guard":'],
    ["an unknown name", { right: "yes" }, "ERR_TUNABLE_UNKNOWN", 404, '{"gard":"0"}'],
    [
      "one good and one bad value",
      { right: "yes" },
      "ERR_TUNABLE_INVALID",
      422,
      '{"frontswap_inertia":"9","guard":"7"}',
    ],
  ])("answers a write with %s by a problem object, and changes nothing", async (_, wrong, code, status, body) => {
    const { url, token, bearer, values } = await serve();
    const { right, scheme, ...given }: Record<string, string> = wrong;
    const headers = {
      ...given,
      ...(right === undefined ? {} : bearer),
      ...(scheme === undefined ? {} : { authorization: `${scheme} ${token}` }),
    };
    const before = values();
    const answer = await askHttp(url + TUNABLES, { method: "PATCH", headers, body });
    expect(answer).toMatchObject({ status, headers: { "content-type": "application/problem+json" } });
    expect(JSON.parse(answer.text)).toEqual({
      type: `urn:selfballoon:${code}`,
      title: expect.stringMatching(/^[a-z ]+$/),
      status,
      detail: expect.stringMatching(/nothing was|it stays/),
      code,
      details: expect.any(Object),
    });
    expect(answer.text).not.toContain(token);
    expect(values()).toEqual(before);
  });

  it("refuses a wrong Host for reads too, as a rebound name would send it", async () => {
    const { url, port } = await serve();
    for (const host of [`evil.example:${port}`, `localhost.evil.example:${port}`, "localhost"])
      expect(await askHttp(`${url}v1/guests`, { headers: { host } }), host).toMatchObject({ status: 421 });
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `LOCALHOST:${port}`, `${hostname()}:${port}`]) {
      expect(await askHttp(`${url}v1/guests`, { headers: { host } }), host).toMatchObject({ status: 200 });
    }
  });

  it("answers under other names once the operator allows them, and under those alone", async () => {
    const { url } = await serve(null, { allowedHosts: ["balloon.example.org", "localhost:8080"] });
    for (const host of ["balloon.example.org", "Balloon.Example.org", "localhost:8080"])
      expect(await askHttp(`${url}v1/guests`, { headers: { host } }), host).toMatchObject({ status: 200 });
    for (const host of ["balloon.example.org:81", "localhost:8081", "evil.example"]) {
      const answer = await askHttp(`${url}v1/guests`, { headers: { host } });
      expect(answer, host).toMatchObject({ status: 421, text: expect.stringContaining("api.allowed_hosts") });
    }
  });

  it("tells browsers to guess, frame, keep and share nothing", async () => {
    const { url } = await serve();
    for (const path of ["", "v1/guests", "nothing"]) {
      const { headers } = await askHttp(url + path, { headers: { origin: "http://evil.example" } });
      expect(headers, path).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "content-security-policy": expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
      });
      expect(headers["content-security-policy"]).not.toContain("unsafe");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it("lets through so many writes at once, and tells the rest to wait", async () => {
    const { url, bearer } = await serve();
    const write = () =>
      askHttp(url + TUNABLES, { method: "PATCH", headers: bearer, body: '{"frontswap_inertia":"9"}' });
    const statuses = (await Promise.all(Array.from({ length: 40 }, write))).map(({ status, headers }) => [
      status,
      headers["retry-after"],
    ]);
    expect(statuses).toContainEqual([200, undefined]);
    expect(statuses).toContainEqual([429, "1"]);
  });

  it("counts writes without the token apart, so that strangers use up nobody's", async () => {
    const { url, bearer } = await serve();
    const write = async (headers: Record<string, string>) =>
      (await askHttp(url + TUNABLES, { method: "PATCH", headers, body: '{"frontswap_inertia":"9"}' })).status;
    const strangers = await Promise.all(Array.from({ length: 40 }, () => write({ authorization: "Bearer wrong" })));
    expect(new Set(strangers)).toEqual(new Set([401, 429]));
    expect(await Promise.all(Array.from({ length: 20 }, () => write(bearer)))).toEqual(Array(20).fill(200));
  });

  it("makes the list of guests once for all who ask at a time, and again after a change", async () => {
    const { url, control, bearer } = await serve();
    let asked = 0;
    const guests = control.guests.bind(control);
    control.guests = () => {
      asked += 1;
      return guests();
    };
    const texts = await Promise.all(Array.from({ length: 40 }, async () => (await askHttp(`${url}v1/guests`)).text));
    expect(new Set(texts).size).toBe(1);
    expect(asked).toBeLessThan(20);
    await askHttp(`${url}v1/guests/web`, { method: "PATCH", headers: bearer, body: '{"paused":true}' });
    expect((await askHttp(`${url}v1/guests`)).text).toContain('"paused":true');
  });

  it("cuts off who sends a body without end", async () => {
    const { url, bearer } = await serve();
    const body = Buffer.alloc(17 * 1_048_576, "x");
    await expect(askHttp(url + TUNABLES, { method: "PATCH", headers: bearer, body })).rejects.toMatchObject({
      code: expect.stringMatching(/ECONNRESET|EPIPE/),
    });
  });

  it("answers HEAD as GET without the body, and ends it for the event stream too", async () => {
    const { url } = await serve();
    for (const path of ["", "v1/guests", "v1/events"])
      expect(await askHttp(url + path, { method: "HEAD" }), path).toMatchObject({ status: 200, text: "" });
  });

  it("serves the page's files alone, compressed for those who take it", async () => {
    const { url } = await serve();
    expect(await askHttp(url)).toMatchObject({
      status: 200,
      text: "<!doctype html><title>t</title>",
      headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" },
    });
    const plain = await askHttp(`${url}assets/index-1.js`);
    expect(plain).toMatchObject({
      text: "1;".repeat(1000),
      headers: { "cache-control": expect.stringContaining("immutable") },
    });
    const { headers } = await askHttp(`${url}assets/index-1.js`, { headers: { "accept-encoding": "gzip, br" } });
    expect(headers["content-encoding"]).toBe("gzip");
    for (const path of ["assets/notes.txt", "assets/", "assets/../../token", "..%2ftoken", "token"])
      expect(await askHttp(url + path), path).toMatchObject({ status: 404 });
  });

  it("pauses a guest, and refuses anything else about it", async () => {
    const { url, bearer, control } = await serve();
    const change = (guest: string, body: string) =>
      askHttp(`${url}v1/guests/${guest}`, { method: "PATCH", headers: bearer, body });
    expect(await change("web", '{"paused":true}')).toMatchObject({ status: 200 });
    expect(control.statuses.get("web")?.paused).toBe(true);
    expect(await change("nobody", '{"paused":true}')).toMatchObject({ status: 404 });
    for (const body of ['{"paused":"no"}', '{"paused":false,"maximum":1}', "{}", "[]", "null"])
      expect(await change("web", body), body).toMatchObject({ status: 400 });
    expect(control.statuses.get("web")?.paused).toBe(true);
  });
});

describe("the API over TCP where reads need the token", () => {
  const paths = ROUTES.map(({ method, path }) => [method, path.slice(1).replace(/\{\w+\}/, "web")] as const);
  const wrong = [{}, { authorization: "Bearer wrong" }];

  it.each([...paths, ["GET", "no-such-path"], ["HEAD", "v1/guests"]] as const)(
    "tells whoever shows none nothing at %s /%s, and who shows it what is there",
    async (method, path) => {
      const { url, bearer, token } = await serve(null, { readsNeedToken: true });
      for (const headers of wrong) {
        const { status, text, headers: told } = await askHttp(url + path, { method, headers });
        expect(status).toBe(401);
        expect(told["www-authenticate"]).toContain("Bearer");
        expect(text).not.toMatch(/1\.2\.3|"web"|selfballoon_|balloonMax/);
        expect(text).not.toContain(token);
      }
      if (path === "v1/events") return; // it has no end
      expect((await askHttp(url + path, { method, headers: bearer, body: "" })).status).not.toBe(401);
    },
  );

  it("streams events to who shows it", async () => {
    const { url, bearer } = await serve(null, { readsNeedToken: true });
    const head = await askHttp(`${url}v1/events`, { method: "HEAD", headers: bearer });
    expect(head).toMatchObject({ status: 200, headers: { "content-type": "text/event-stream" } });
  });

  it("still serves the page's files, which ask for it", async () => {
    const { url } = await serve(null, { readsNeedToken: true });
    for (const path of ["", "assets/index-1.js"]) expect((await askHttp(url + path)).status, path).toBe(200);
  });
});

describe("the token", () => {
  it("is made again for each run in a file for its owner alone, which goes with it", async () => {
    const first = await serve();
    expect(statSync(first.runtimeTokenFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(first.runtimeTokenFile, "utf8")).toBe(`${first.token}\n`);
    expect(first.token).toMatch(/^[\w-]{43}$/);
    expect((await serve()).token).not.toBe(first.token);
    await first.close();
    expect(() => statSync(first.runtimeTokenFile)).toThrow(/ENOENT/);
  });

  it("is the operator's where a file is named; it is made if it is not there, and stays", async () => {
    const file = join(temporaryFolder(), "token");
    const { token, close } = await serve(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await close();
    expect((await serve(file)).token).toBe(token);
  });

  it.each([
    ["that others may read", "a-good-long-token-of-mine\n", 0o644],
    ["that is too short", "short\n", 0o600],
    ["of two words", "one-good-long-token another\n", 0o600],
  ])("refuses a file %s", async (_, text, mode) => {
    const file = join(temporaryFolder(), "token");
    writeFileSync(file, text, { mode });
    await expect(serve(file)).rejects.toMatchObject({ code: "ERR_PERMISSION", message: expect.stringContaining(file) });
  });
});

describe("an address", () => {
  it("that is taken is refused by its name, and leaves no token behind", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const folder = temporaryFolder();
    const runtimeTokenFile = join(folder, "token");
    const options = { host: "127.0.0.1", port, tokenFile: null, runtimeTokenFile, pageFolder: folder };
    const served = serveTcp(createApi(new ScriptedControl(), "1.2.3"), options);
    await expect(served).rejects.toMatchObject({ code: "ERR_LISTEN", details: { address: `127.0.0.1:${port}` } });
    expect(() => statSync(runtimeTokenFile)).toThrow(/ENOENT/);
  });
});
