import { readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { until } from "../support/until.ts";

const QUICK = ["--backend", "simulated", "--set", "selfballoon_interval=1"];
const SLOW = ["--backend", "simulated", "--set", "selfballoon_interval=3600"];

/** The numbers of the events that come after `lastEventId`, until `done`; then the client goes away without a word. */
async function eventNumbers(
  home: Home,
  lastEventId: string | null,
  done: (numbers: number[], text: string) => boolean,
) {
  let text = "";
  const headers = lastEventId === null ? {} : { "last-event-id": lastEventId };
  const asked = request({ socketPath: home.socket, path: "/v1/events", headers }, (response) => {
    expect(response.headers["content-type"]).toBe("text/event-stream");
    response.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    response.on("error", () => {});
  });
  asked.end();
  const numbers = () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  await until("events", () => (done(numbers(), text) ? true : null));
  asked.destroy();
  return { numbers: numbers(), text };
}

describe("the control socket", () => {
  it("may be used by its owner and group, nobody else", async () => {
    const home = new Home();
    await home.daemon(...SLOW);
    expect(statSync(home.socket).mode & 0o777).toBe(0o660);
  });

  it.each([
    ["GET", "/", "", 404, "ERR_ROUTE_UNKNOWN"],
    ["GET", "/v2/guests", "", 404, "ERR_ROUTE_UNKNOWN"],
    ["DELETE", "/v1/tunables", "", 404, "ERR_ROUTE_UNKNOWN"],
    ["GET", "/v1/release", "", 404, "ERR_ROUTE_UNKNOWN"],
    ["GET", "/v1/guests/nobody", "", 404, "ERR_GUEST_UNKNOWN"],
    ["GET", "/v1/guests/%zz", "", 404, "ERR_GUEST_UNKNOWN"],
    ["PATCH", "/v1/tunables", "", 400, "ERR_BODY_INVALID"],
    ["PATCH", "/v1/tunables", '{"guard":', 400, "ERR_BODY_INVALID"],
    ["PATCH", "/v1/tunables", "[]", 400, "ERR_BODY_INVALID"],
    ["PATCH", "/v1/tunables", "null", 400, "ERR_BODY_INVALID"],
    ["PATCH", "/v1/tunables", '{"guard":true}', 400, "ERR_BODY_INVALID"],
    ["PATCH", "/v1/tunables", '{"gard":"1"}', 404, "ERR_TUNABLE_UNKNOWN"],
    ["PATCH", "/v1/tunables", '{"__proto__":"1"}', 404, "ERR_TUNABLE_UNKNOWN"],
    ["PATCH", "/v1/tunables", '{"guard":"2"}', 422, "ERR_TUNABLE_INVALID"],
    ["PATCH", "/v1/tunables", `{"guard":"${"1".repeat(65_536)}"}`, 413, "ERR_BODY_TOO_LARGE"],
  ])("answers %s %s %.30s with %d and a problem", async (method, path, body, status, code) => {
    const home = new Home();
    await home.daemon(...SLOW);
    const before = await home.ask("GET", "/v1/tunables");
    const answer = await home.ask(method, path, body);
    expect(answer).toMatchObject({ status, body: { code, details: expect.any(Object) } });
    expect(await home.ask("GET", "/v1/tunables")).toEqual(before);
  });

  it("tells of one guest by its name", async () => {
    const home = new Home();
    const daemon = await home.daemon(...QUICK);
    await daemon.says("stderr", /guest=web/);
    const { status, body } = await home.ask("GET", "/v1/guests/web?anything");
    expect({ status, body }).toMatchObject({ status: 200, body: { guest: "web", state: "armed", problem: null } });
  });

  it("takes over a socket that a dead daemon left, but no other file", async () => {
    const home = new Home();
    const daemon = await home.daemon(...SLOW);
    daemon.kill("SIGKILL");
    await daemon.ended();
    await home.daemon(...SLOW);
    const other = new Home();
    const file = `${other.folder}/notes`;
    writeFileSync(file, "precious");
    other.env["SELFBALLOON_SOCKET"] = file;
    expect(await other.do("run", ...SLOW)).toMatchObject({ exitCode: 5, stderr: expect.stringContaining(file) });
    expect(readFileSync(file, "utf8")).toBe("precious");
  });

  it("is not disturbed by clients that send nonsense or vanish", async () => {
    const home = new Home();
    const daemon = await home.daemon(...QUICK);
    for (const bytes of [
      "",
      "\0\0\0\0",
      "GET /v1/guests HTTP/1.1\r\n",
      "PATCH /v1/tunables HTTP/1.1\r\nContent-Length: 9\r\n\r\n{",
    ]) {
      const client = connect(home.socket, () => client.end(bytes, () => client.destroy()));
      await until("the client to go", () => (client.destroyed ? true : null));
    }
    await eventNumbers(home, null, (numbers) => numbers.length > 0);
    const { numbers } = await eventNumbers(home, "0", (seen) => seen.length > 6);
    await eventNumbers(home, String(numbers.at(-1)), (seen) => seen.length > 6);
    expect(daemon.hasEnded).toBe(false);
    expect(daemon.stderr).not.toContain("error");
  });
});

describe("GET /v1/events", () => {
  it("goes on after Last-Event-ID, without a gap", async () => {
    const home = new Home();
    const daemon = await home.daemon(...QUICK);
    await daemon.says("stderr", /guest=database/);
    const { numbers, text } = await eventNumbers(home, "2", (seen) => seen.length > 8);
    expect(numbers).toEqual(numbers.map((_, index) => index + 3));
    expect(text).toMatch(/^: selfballoon\n\nid: 3\nevent: guest\ndata: \{"kind":"guest".*"severity":"notice"\}\n\n/);
  });

  it("begins with what happens next where no Last-Event-ID is given", async () => {
    const home = new Home();
    const daemon = await home.daemon(...QUICK);
    await daemon.says("stderr", /guest=database/);
    const { numbers } = await eventNumbers(home, null, (seen) => seen.length > 0);
    expect(numbers[0]).toBeGreaterThan(6);
  });

  it("tells of writes", async () => {
    const home = new Home();
    await home.daemon(...SLOW);
    const events = eventNumbers(home, "0", (_, seen) => seen.includes("event: tunables\n"));
    await home.ask("PATCH", "/v1/tunables", '{"frontswap_inertia":"4"}');
    expect((await events).text).toMatch(/event: tunables\ndata: .*"values":\{"frontswap_inertia":4\}/);
  });
});
