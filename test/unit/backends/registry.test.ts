import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { BACKEND_KINDS, BACKENDS, kindWithKey, rowsOf } from "../../../src/backends/registry.ts";
import { configFileSchema } from "../../../src/config/schema.ts";
import type { Probe } from "../../../src/core/backend.ts";
import { Tree } from "../../support/trees.ts";

const SOURCES = fileURLToPath(new URL("../../../src/", import.meta.url));

const simulated = { guests: 6, seed: 1, isRestless: false };

const load = (row: (typeof BACKENDS)[number], root = "/nowhere") =>
  row.load({ section: {}, simulated, isAskedFor: false, root });

const probeOf = async (row: (typeof BACKENDS)[number], root?: string): Promise<Probe> =>
  (await load(row, root)).probe();

describe("the table of backends", () => {
  it("is in the order in which auto tries them: balloons, then compressed swap alone, then simulated guests", () => {
    expect(rowsOf("auto").map(({ name }) => name)).toEqual(["xen", "qemu", "libvirt", "swap-only", "simulated"]);
  });

  it.each(BACKENDS)("loads $name under that name, and makes it without touching anything", async (row) => {
    const { name, traits } = await load(row);
    expect(name).toBe(row.name);
    expect(["guest", "host"]).toContain(traits.place);
    expect(readdirSync(`${SOURCES}backends/${name}`).length).toBeGreaterThan(0);
  });

  it("ends with one that is usable anywhere and moves nothing of this machine", async () => {
    const last = BACKENDS[BACKENDS.length - 1];
    expect(last).toBeDefined();
    if (last === undefined) return;
    expect((await load(last)).traits.isReal).toBe(false);
    expect(await probeOf(last)).toMatchObject({ usable: true });
  });

  it.each(BACKENDS.filter(({ canBeAskedFor }) => canBeAskedFor))("lets $name be asked for", ({ name }) => {
    expect(BACKEND_KINDS.filter((kind) => kind === name)).toHaveLength(1);
    expect(configFileSchema.parse({ backend: { kind: name } }).backend?.kind).toBe(name);
    expect(rowsOf(BACKEND_KINDS.find((kind) => kind === name) ?? "auto")).toHaveLength(1);
  });

  it("lets nobody ask for what only auto finds", () => {
    expect(configFileSchema.safeParse({ backend: { kind: "swap-only" } }).success).toBe(false);
  });

  it("gives each backend its keys of the configuration, and the keys their backend", () => {
    const keys = BACKENDS.flatMap(({ section }) => Object.keys(section));
    expect(keys).toEqual(["xenstore", "qmp", "agent", "libvirt_uri"]);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.map(kindWithKey)).toEqual(["xen", "qemu", "qemu", "libvirt"]);
    expect(kindWithKey("kind")).toBeUndefined();
  });

  it("hands a backend what its keys say", async () => {
    const qemu = BACKENDS.find(({ name }) => name === "qemu");
    const backend = await qemu?.load({ section: { qmp: ["/nowhere/a.qmp"] }, simulated, isAskedFor: false, root: "" });
    expect(await backend?.probe()).toMatchObject({ usable: false, because: expect.stringContaining("/nowhere/a.qmp") });
  });

  it("finds a Xen guest in a tree that stands for a machine", async () => {
    expect(await probeOf(BACKENDS[0], new Tree("xen/pv-idle").root)).toMatchObject({ usable: true });
  });

  it("is the only place outside a backend's folder that knows its name", () => {
    const names = BACKENDS.map(({ name }) => JSON.stringify(name));
    const strangers = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path) && !path.startsWith("backends/"))
      .filter((path) => names.some((name) => readFileSync(`${SOURCES}${path}`, "utf8").includes(name)));
    expect(strangers).toEqual([]);
  });
});
