import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fleetSettingsStore } from "../../../src/compose/fleet-settings-store.ts";
import { temporaryFolder } from "../../support/trees.ts";

function storeIn(stateDirectory: string) {
  const problems: string[] = [];
  const store = fleetSettingsStore({ socket: "/nowhere", stateDirectory }, ({ message }) => problems.push(message));
  return { store, problems };
}

const KEPT = { all: { revision: 3, settings: { guard: "0" }, guests: { "db*": { weight: "2" } } } };

describe("the file of a fleet's settings", () => {
  it("gives back what was kept, and nothing where there is none", () => {
    const folder = temporaryFolder();
    const { store, problems } = storeIn(folder);
    expect(store.load()).toEqual({});
    store.save(KEPT);
    expect(store.load()).toEqual(KEPT);
    expect(readFileSync(join(folder, "fleet-settings.json"), "utf8")).toContain('"revision":3');
    expect(problems).toEqual([]);
  });

  it.each([
    ["is no JSON", "{"],
    ["is something else", "[]"],
    ["is of another version", JSON.stringify({ v: 9, documents: KEPT })],
    ["has no revision", JSON.stringify({ v: 1, documents: { all: { settings: {}, guests: {} } } })],
  ])("counts as empty with one warning where it %s", (_, text) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "fleet-settings.json"), text);
    const { store, problems } = storeIn(folder);
    expect(store.load()).toEqual({});
    expect(problems).toEqual([expect.stringContaining("fleet-settings.json")]);
  });

  it("that can't be written is told, and ends nothing", () => {
    const { store, problems } = storeIn(join(temporaryFolder(), "none"));
    store.save(KEPT);
    expect(problems).toEqual([expect.stringContaining("ENOENT")]);
  });
});
