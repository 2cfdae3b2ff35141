import { describe, expect, it } from "vitest";
import type { RefusedSetting } from "../../../src/core/controls/fleet-settings.ts";
import { scopesOf } from "../../../src/fleet/scope.ts";
import { SettingsReader, type StoredValue, saidIn } from "../../../src/fleet/settings-reader.ts";
import { encodeDocument, type KeptDocuments } from "../../../src/fleet/settings-wire.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const SCOPES = scopesOf("h1", { rack: "a1" });

function rig(kept: KeptDocuments = {}) {
  const clock = new VirtualClock();
  const stored = new Map<string, StoredValue>();
  const state = { isAway: false, takes: 0, told: 0, reads: 0, problems: [] as string[] };
  const port = {
    documents: kept,
    refused: [] as readonly RefusedSetting[],
    take: (documents: KeptDocuments) => {
      state.takes += 1;
      port.documents = documents;
    },
  };
  const reader = new SettingsReader({
    scopes: SCOPES,
    port,
    clock,
    read: (key) => {
      state.reads += 1;
      return state.isAway ? Promise.reject(new Error("timeout")) : Promise.resolve(stored.get(key) ?? null);
    },
    onTaken: () => {
      state.told += 1;
    },
    onProblem: (problem) => state.problems.push(problem),
  });
  const put = (key: string, revision: number, guard: string): void => {
    const bytes = encodeDocument({ settings: { guard }, guests: {} });
    stored.set(key, { bytes, revision, isDeleted: false });
  };
  return { clock, stored, state, port, reader, put };
}

const KEPT: KeptDocuments = { all: { revision: 3, settings: { guard: "0" }, guests: {} } };

describe("a reader of the fleet's settings", () => {
  it("takes what is new once, in the order of the scopes", async () => {
    const { state, port, reader, put } = rig();
    put("host.h1", 2, "1");
    put("all", 1, "0");
    await reader.look();
    await reader.look();
    expect(state).toMatchObject({ takes: 1, told: 1 });
    expect(saidIn(port.documents, "h1", { rack: "a1" }).map(({ scope, settings }) => [scope, settings])).toEqual([
      ["all", { guard: "0" }],
      ["host h1", { guard: "1" }],
    ]);
  });

  it("leaves everything as it is while NATS is away, and says so once until it is back", async () => {
    const { state, port, reader, put } = rig(KEPT);
    state.isAway = true;
    await reader.look();
    await reader.look();
    expect(state).toMatchObject({ takes: 0, problems: ["timeout"] });
    expect(port.documents).toEqual(KEPT);
    state.isAway = false;
    put("all", 4, "1");
    await reader.look();
    expect(port.documents["all"]).toMatchObject({ revision: 4, settings: { guard: "1" } });
    state.isAway = true;
    await reader.look();
    expect(state.problems).toHaveLength(2);
  });

  it("keeps what it took of a key that is lost, and nothing of one that was deleted", async () => {
    const { state, stored, port, reader } = rig(KEPT);
    await reader.look();
    expect(state.takes).toBe(0);
    stored.set("all", { bytes: new Uint8Array(), revision: 5, isDeleted: true });
    await reader.look();
    expect(port.documents).toEqual({ all: { revision: 5, settings: {}, guests: {} } });
  });

  it("keeps what it took of a key that holds nonsense now, and reports that", async () => {
    const { state, stored, port, reader } = rig(KEPT);
    stored.set("all", { bytes: new TextEncoder().encode("{}"), revision: 6, isDeleted: false });
    await reader.look();
    await reader.look();
    expect(port.documents).toEqual(KEPT);
    expect(reader.refused).toEqual([{ scope: "all", guest: null, name: "all", problem: expect.stringContaining("v") }]);
    expect(state.told).toBe(1);
  });

  it("looks from time to time, and soon after a word, however many there are", async () => {
    const { clock, state, port, reader, put } = rig();
    const stop = reader.start();
    put("all", 1, "0");
    for (let nth = 0; nth < 100; nth += 1) reader.hint();
    await clock.advance(250);
    expect(port.documents["all"]?.revision).toBe(1);
    await clock.advance(2000);
    expect(state.reads).toBe(2 * SCOPES.length);
    put("all", 2, "1");
    await clock.advance(30_000);
    expect(port.documents["all"]?.revision).toBe(2);
    stop();
    const { reads } = state;
    await clock.advance(120_000);
    expect(state.reads).toBe(reads);
  });
});
