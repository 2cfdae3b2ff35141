import { describe, expect, it } from "vitest";
import { createApi } from "../../../src/api/api.ts";
import { reserve } from "../../../src/api/reservations.ts";
import { ScriptedControl } from "../../support/control.ts";

/** Ask a control port by this body. */
async function ask(control: ScriptedControl, body: object): Promise<void> {
  const request = { method: "POST", path: "/v1/reservations", body: JSON.stringify(body), privileged: true };
  await reserve(createApi(control, "1.2.3"), request);
}

const BYTES = 1_048_576;
const PLAIN = { bytes: BYTES, guest: null, waitMs: 30_000, lifeMs: 300_000, isKept: false };
const WAIT = "waitMs is no whole number from 0 to 300000";
const LIFE = "lifeMs is no whole number from 1 to 86400000";
const NUMBER = `bytes is no whole number from 1 to ${Number.MAX_SAFE_INTEGER}`;
const NAME = "guest is no name of at most 256 characters";

describe("a body that asks for a reservation", () => {
  it.each([
    ["bytes alone, for whoever is started next", {}, {}],
    ["nobody by name", { guest: null }, {}],
    ["a guest", { guest: "web" }, { guest: "web" }],
    ["the longest name", { guest: "w".repeat(256) }, { guest: "w".repeat(256) }],
    ["one that is kept", { keep: true }, { isKept: true }],
    ["one that is not kept", { keep: false }, {}],
    ["a single byte", { bytes: 1 }, { bytes: 1 }],
    ["all bytes that can be counted", { bytes: Number.MAX_SAFE_INTEGER }, { bytes: Number.MAX_SAFE_INTEGER }],
    ["no wait, and the shortest life", { waitMs: 0, lifeMs: 1 }, { waitMs: 0, lifeMs: 1 }],
    ["the longest of both", { waitMs: 300_000, lifeMs: 86_400_000 }, { waitMs: 300_000, lifeMs: 86_400_000 }],
  ])("may name %s", async (_, named, wished) => {
    const control = new ScriptedControl();
    await ask(control, { bytes: BYTES, ...named });
    expect(control.wishes).toEqual([{ ...PLAIN, ...wished }]);
  });

  it.each([
    ["something else", { when: "now" }, 'it has "when" too'],
    ["something else of any length", { ["x".repeat(65)]: 1 }, `it has "${"x".repeat(64)}" too`],
    ["a guest without a name", { guest: "" }, NAME],
    ["a guest of too long a name", { guest: "w".repeat(257) }, NAME],
    ["a guest by number", { guest: 7 }, NAME],
    ["several guests", { guest: ["web"] }, NAME],
    ["how it is kept in words", { keep: "yes" }, "keep is neither true nor false"],
    ["null for how it is kept", { keep: null }, "keep is neither true nor false"],
    ["no bytes", { bytes: undefined }, NUMBER],
    ["zero bytes", { bytes: 0 }, NUMBER],
    ["bytes in words", { bytes: "1048576" }, NUMBER],
    ["bytes and a half", { bytes: 1.5 }, NUMBER],
    ["more bytes than can be counted", { bytes: 2 ** 53 }, NUMBER],
    ["a wait below zero", { waitMs: -1 }, WAIT],
    ["too long a wait", { waitMs: 300_001 }, WAIT],
    ["null for the wait", { waitMs: null }, WAIT],
    ["no life", { lifeMs: 0 }, LIFE],
    ["too long a life", { lifeMs: 86_400_001 }, LIFE],
    ["a life in words", { lifeMs: "1" }, LIFE],
  ])("is refused where it names %s, and says so", async (_, named, problem) => {
    const control = new ScriptedControl();
    const refused = { code: "ERR_BODY_INVALID", details: { problem } };
    await expect(ask(control, { bytes: BYTES, ...named })).rejects.toMatchObject(refused);
    expect(control.wishes).toEqual([]);
  });

  it("is told what it may be where it is refused", async () => {
    await expect(ask(new ScriptedControl(), { bytes: 0 })).rejects.toMatchObject({
      details: { expected: expect.stringContaining('"waitMs": 30000') },
    });
  });
});
