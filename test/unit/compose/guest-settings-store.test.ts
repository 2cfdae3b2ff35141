import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { guestSettingsStore } from "../../../src/compose/guest-settings-store.ts";
import { restoredSettings } from "../../../src/core/controls/guest-settings.ts";
import { createSettings } from "../../../src/core/settings.ts";
import { temporaryFolder } from "../../support/trees.ts";

const settings = createSettings({ hasCompressedSwap: false });

function storeIn(stateDirectory: string) {
  const problems: string[] = [];
  const store = guestSettingsStore({ socket: "/nowhere", stateDirectory }, ({ message }) => problems.push(message));
  return { store, problems };
}

describe("the file of guests' settings", () => {
  it("gives back what was kept, and nothing where there is none", () => {
    const folder = temporaryFolder();
    const { store, problems } = storeIn(folder);
    expect(store.load(settings).size).toBe(0);
    const all = restoredSettings(
      new Map([
        ["web", { max_mb: 512, managed: true, guard: 0 }],
        ["__proto__", { weight: 200 }],
      ]),
      settings,
    );
    store.save(all);
    expect(store.load(settings)).toEqual(all);
    expect(readFileSync(join(folder, "guests.json"), "utf8")).toContain('"max_mb":512');
    expect(problems).toEqual([]);
  });

  it.each([
    ["is no JSON", "{"],
    ["is something else", "[]"],
    ["names what no guest has", '{"guests":{"web":{"nothing":1}}}'],
    ["has a value out of range", '{"guests":{"web":{"weight":0}}}'],
    ["contradicts itself", '{"guests":{"web":{"min_mb":2,"max_mb":1}}}'],
    ["has a name of no length", '{"guests":{"":{"weight":2}}}'],
    ["has deep values", '{"guests":{"web":{"weight":{"a":[1]}}}}'],
    ["has a bad value for a name that objects have", '{"guests":{"__proto__":{"weight":0}}}'],
    ["is too large", " ".repeat(16 * 1_048_576 + 1)],
  ])("counts as empty with one warning where it %s", (_, text) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "guests.json"), text);
    const { store, problems } = storeIn(folder);
    expect(store.load(settings).size).toBe(0);
    expect(problems).toEqual([expect.stringContaining("guests.json")]);
    store.save(new Map());
    expect(store.load(settings).size).toBe(0);
  });

  it("that can't be written is told, and ends nothing", () => {
    const { store, problems } = storeIn(join(temporaryFolder(), "none"));
    store.save(new Map());
    expect(problems).toEqual([expect.stringContaining("is forgotten at a restart")]);
  });
});
