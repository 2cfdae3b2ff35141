import { describe, expect, it } from "vitest";
import type { GuestAnswer } from "../../../src/api/answers.ts";
import { createApi } from "../../../src/api/api.ts";
import { answerRequest, findRoute } from "../../../src/api/routes.ts";
import type { Decision } from "../../../src/core/decision.ts";
import type { Observation } from "../../../src/core/observation.ts";
import { targetParts } from "../../../src/core/target-parts.ts";
import { ScriptedControl } from "../../support/control.ts";
import { standingWith } from "../../support/guest-env.ts";
import { guestStatus } from "../../support/guest-records.ts";

const ask = (control: ScriptedControl, method: string, path: string, body = "", privileged = true) =>
  answerRequest(createApi(control, "1.2.3"), { method, path, body, privileged });

const value = (control: ScriptedControl, name: string) => control.tunables().find((row) => row.name === name)?.value;

describe("a request", () => {
  it("for health is told what the daemon does", async () => {
    expect(await ask(new ScriptedControl(), "GET", "/healthz")).toMatchObject({ ok: true, doing: "a test" });
  });

  it("may change tunables by text or number, and reset them by null", async () => {
    const control = new ScriptedControl();
    await ask(control, "PATCH", "/v1/tunables", '{"frontswap_inertia":"+8\\n","selfballoon_interval":9}');
    expect(value(control, "frontswap_inertia")).toBe(8);
    expect(value(control, "selfballoon_interval")).toBe(9);
    await ask(control, "PATCH", "/v1/tunables", '{"frontswap_inertia":null}');
    expect(value(control, "frontswap_inertia")).toBe(3);
  });

  it.each(["1.5", "1e21", "-1", "4294967296"])("with the number %s is EINVAL, as its text would be", async (number) => {
    const control = new ScriptedControl();
    const answer = ask(control, "PATCH", "/v1/tunables", `{"selfballoon_interval":${number}}`);
    await expect(answer).rejects.toMatchObject({ code: "ERR_TUNABLE_INVALID" });
    expect(value(control, "selfballoon_interval")).toBe(5);
  });

  it("without privilege may look, and is refused a write before its value is judged", async () => {
    const control = new ScriptedControl();
    expect(await ask(control, "GET", "/v1/tunables", "", false)).toMatchObject({ tunables: expect.any(Array) });
    for (const text of ['"9"', '"nonsense"', "null"]) {
      const answer = ask(control, "PATCH", "/v1/tunables", `{"selfballoon_interval":${text}}`, false);
      await expect(answer).rejects.toMatchObject({ code: "ERR_TOKEN_NEEDED" });
    }
    const release = ask(control, "POST", "/v1/release", "", false);
    await expect(release).rejects.toMatchObject({ code: "ERR_TOKEN_NEEDED" });
    expect(control.releases).toBe(0);
  });

  it("may set one guest's own settings by text, number, true and false, and undo one or all", async () => {
    const control = new ScriptedControl();
    control.statuses.set("web", guestStatus("web"));
    const settings = "/v1/guests/web/settings";
    const own = async (method: string, body = ""): Promise<object> => {
      const answer = (await ask(control, method, settings, body)) as {
        settings: readonly { name: string; value: unknown; source: string }[];
      };
      return Object.fromEntries(
        answer.settings.filter(({ source }) => source === "runtime").map(({ name, value }) => [name, value]),
      );
    };
    const set = { managed: false, max_mb: 512, weight: 3, guard: 0 };
    expect(await own("PATCH", '{"managed":false,"max_mb":512,"weight":"3","guard":0}')).toEqual(set);
    expect(await own("PATCH", '{"guard":null}')).toEqual({ managed: false, max_mb: 512, weight: 3 });
    expect(await own("DELETE")).toEqual({});
    await expect(ask(control, "PATCH", settings, '{"max_mb":[1]}')).rejects.toMatchObject({ code: "ERR_BODY_INVALID" });
    for (const method of ["PATCH", "DELETE"])
      await expect(ask(control, method, settings, "{}", false)).rejects.toMatchObject({ code: "ERR_TOKEN_NEEDED" });
  });

  it("for the host is told how its memory stands, and null where none is shared", async () => {
    const control = new ScriptedControl();
    expect(await ask(control, "GET", "/v1/host", "", false)).toEqual({ host: null });
    control.standing = standingWith();
    expect(await ask(control, "GET", "/v1/host", "", false)).toEqual({ host: standingWith() });
  });

  it("to release gives all memory back", async () => {
    const control = new ScriptedControl();
    expect(await ask(control, "POST", "/v1/release")).toEqual({ released: [], gifts: [] });
    expect(control.releases).toBe(1);
  });

  it("takes the guests that it names out of our hands and gives them back, or all where it names none", async () => {
    const control = new ScriptedControl();
    for (const name of ["a", "b", "c"]) control.statuses.set(name, guestStatus(name));
    const held = () =>
      control
        .guests()
        .map(({ paused, released }) => (paused ? "p" : released ? "r" : "-"))
        .join("");
    const order = (what: string, body = "") => ask(control, "POST", `/v1/${what}`, body);
    expect(await order("pause", '{"guests":["a","b","a"]}')).toMatchObject({
      guests: [{ paused: true }, { guest: "b" }],
    });
    expect(held()).toBe("pp-");
    const gift = { guest: "c", bytes: null, ofBytes: null, isAll: true };
    expect(await order("release", '{"guests":["c"]}')).toEqual({ released: ["c"], gifts: [gift] });
    expect(held()).toBe("ppr");
    await order("resume", '{"guests":["b","c"]}');
    expect(held()).toBe("p--");
    await order("pause", "{}");
    expect(held()).toBe("ppp");
    await order("resume");
    expect(held()).toBe("---");
  });

  it.each(["[]", "{", '{"guests":"a"}', '{"guests":[1]}', '{"guest":["a"]}', '{"guests":["a"],"all":true}'])(
    "to pause with the body %s is refused, and nothing is paused",
    async (body) => {
      const control = new ScriptedControl();
      control.statuses.set("a", guestStatus("a"));
      await expect(ask(control, "POST", "/v1/pause", body)).rejects.toMatchObject({ code: "ERR_BODY_INVALID" });
      expect(control.guests()).toMatchObject([{ paused: false }]);
    },
  );

  it("for a guest is answered with its figures and parts, in bytes, and with none before its first step", async () => {
    const control = new ScriptedControl();
    control.statuses.set("new", { ...guestStatus("new"), observation: null, decision: null });
    control.statuses.set("half", { ...guestStatus("half"), decision: null });
    control.statuses.set("unread", { ...guestStatus("unread"), observation: null });
    control.statuses.set("a b", guestStatus("a b", { availablePages: 100_000 }));
    const { guests } = (await ask(control, "GET", "/v1/guests")) as { guests: readonly GuestAnswer[] };
    expect(guests.map(({ figures, parts }) => [figures === null, parts.length === 0])).toEqual([
      [true, true],
      [true, true],
      [true, true],
      [false, false],
    ]);
    const answer = (await ask(control, "GET", "/v1/guests/a%20b")) as GuestAnswer;
    expect(answer).toEqual(guests[3]);
    expect(answer.figures?.currentBytes).toBe(250_000 * 4096);
    const parts = targetParts(answer.observation as Observation, answer.decision as Decision);
    expect(answer.parts).toEqual(parts.map(({ name, pages }) => ({ name, bytes: pages * 4096 })));
  });

  it.each(["nobody", "%", "x".repeat(500)])("for the unknown guest %s says so, in few letters", async (name) => {
    const control = new ScriptedControl();
    control.statuses.set("web", guestStatus("web"));
    const answer = ask(control, "GET", `/v1/guests/${name}`);
    await expect(answer).rejects.toMatchObject({ code: "ERR_GUEST_UNKNOWN", details: { guest: name.slice(0, 128) } });
  });

  it("pauses and resumes the guest of its path alone, and answers with it", async () => {
    const control = new ScriptedControl();
    for (const name of ["a", "b"]) control.statuses.set(name, guestStatus(name));
    const order = (body: string) => ask(control, "PATCH", "/v1/guests/b", body);
    expect(await order('{"paused":true}')).toMatchObject({ guest: "b", paused: true });
    expect(control.guests()).toMatchObject([{ paused: false }, { paused: true }]);
    expect(await order('{"paused":false}')).toMatchObject({ guest: "b", paused: false });
    const refused = { code: "ERR_BODY_INVALID", details: { expected: '{"paused": true} or {"paused": false}' } };
    for (const body of ['{"paused":1}', '{"paused":true,"x":1}', "[]"])
      await expect(order(body)).rejects.toMatchObject(refused);
    expect(control.guests()).toMatchObject([{ paused: false }, { paused: false }]);
  });

  it("to the host's past has its points, and none where nothing is kept", async () => {
    const past = (ports: object) =>
      answerRequest(createApi(new ScriptedControl(), "1.2.3", ports), {
        ...{ method: "GET", path: "/v1/host/history", body: "", privileged: false },
      });
    const point = { atMs: 5000, gap: false, usedBytes: 1, availableBytes: 2, savedBytes: 3, guests: 1 };
    expect(await past({ hostPast: { points: () => [point] } })).toEqual({ points: [point] });
    expect(await past({})).toEqual({ points: [] });
  });
});

describe("a route", () => {
  it.each([
    ["PUT", "/v1/guests"],
    ["GET", "/v1/guests/"],
    ["GET", "/v1/guests/a/b/settings"],
    ["GET", "/v1/nothing"],
  ])("is not found by %s %s", (method, path) => {
    expect(() => findRoute(method, path)).toThrow(
      expect.objectContaining({ code: "ERR_ROUTE_UNKNOWN", details: { method, path } }),
    );
  });

  it("of a guest is found whatever the guest is called", () => {
    expect(findRoute("GET", "/v1/guests/settings")).toMatchObject({ parameter: "settings" });
  });

  it("that is unknown is told in few letters", () => {
    const look = () => findRoute("M".repeat(99), `/${"p".repeat(999)}`);
    const details = { method: "M".repeat(16), path: `/${"p".repeat(127)}` };
    expect(look).toThrow(expect.objectContaining({ details }));
  });
});
