import { describe, expect, it } from "vitest";
import { createApi } from "../../../src/api/api.ts";
import { answerRequest } from "../../../src/api/routes.ts";
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
});
