import { describe, expect, it } from "vitest";
import { XenstoreRefusal } from "../../../../../src/backends/xen/xenstore/connection.ts";
import { Wishes } from "../../../../../src/backends/xen/xenstore/wishes.ts";
import { type Controls, changeTunables, firstControls } from "../../../../../src/core/controls/controls.ts";
import type { Problem } from "../../../../../src/core/errors.ts";
import { createSettings } from "../../../../../src/core/settings.ts";

const FOLDER = "control/selfballoon";

/** A guest without compressed swap, and what dom0 has written for it. */
function rig() {
  const written: Record<string, string | null>[] = [];
  const told: Problem[] = [];
  const store = new Map<string, string>();
  const reads: string[] = [];
  const secret = new Set<string>();
  let controls: Controls = firstControls({
    settings: createSettings({ hasCompressedSwap: false }),
    sources: {},
    guestTunables: () => ({}),
  });
  const wishes = new Wishes({
    change: (changes, privileged) => {
      ({ controls } = changeTunables(controls, changes, privileged));
      written.push({ ...changes });
      return [];
    },
    tell: (problem) => void told.push(problem),
  });
  const xenstore = {
    list: async () => [...store.keys()],
    read: async (path: string) => {
      const name = path.slice(FOLDER.length + 1);
      reads.push(name);
      if (secret.has(name)) throw new XenstoreRefusal(`read ${path}`, "EACCES");
      return store.get(name) ?? null;
    },
  };
  const write = (name: string, value: string): void => {
    store.set(name, value);
    wishes.note(`${FOLDER}/${name}`);
  };
  return { wishes, xenstore, store, secret, reads, written, told, write };
}

describe("what dom0 wishes", () => {
  it("is taken as a write at run time is, each time that it is written", async () => {
    const { wishes, xenstore, written, write } = rig();
    for (const value of ["3", "3", "+04\n"]) {
      write("selfballoon_interval", value);
      await wishes.take(xenstore);
    }
    const values = written.map(({ selfballoon_interval: value }) => value);
    expect(values).toEqual(["3", "3", "+04\n"]);
  });

  it("is taken once where only the folder has changed", async () => {
    const { wishes, xenstore, store, written } = rig();
    store.set("selfballoon_interval", "3");
    for (let times = 0; times < 3; times += 1) {
      wishes.note(FOLDER);
      expect(await wishes.take(xenstore)).toBe(true);
    }
    expect(written).toEqual([{ selfballoon_interval: "3" }]);
    store.set("selfballoon_interval", "4");
    wishes.note(FOLDER);
    await wishes.take(xenstore);
    expect(written).toHaveLength(2);
  });

  it.each([
    ["selfballoon_interval", "0", 'must be a whole number from 1 to 4294967295, not "0" (EINVAL); it stays 5'],
    ["selfballoon_interval", " 5", 'not " 5" (EINVAL)'],
    ["selfballoon_interval", "9".repeat(4096), "(EINVAL)"],
    ["frontswap_inertia", "3", "does not exist here"],
    ["selfballoon_intervall", "3", 'there is no tunable "selfballoon_intervall"'],
  ])("is refused for %s where it says %j, and that is told once, with a code", async (name, value, problem) => {
    const { wishes, xenstore, written, told, write } = rig();
    for (let times = 0; times < 2; times += 1) {
      write(name, value);
      await wishes.take(xenstore);
    }
    expect(written).toEqual([]);
    expect(wishes.refusals.get(name)).toContain(problem);
    expect(told).toMatchObject([{ code: "ERR_WISH_REFUSED", details: { path: `${FOLDER}/${name}` } }]);
  });

  it("is refused no more once it is taken or withdrawn", async () => {
    const { wishes, xenstore, store, write } = rig();
    write("selfballoon_interval", "0");
    write("no_such", "1");
    await wishes.take(xenstore);
    expect([...wishes.refusals.keys()]).toEqual(["selfballoon_interval", "no_such"]);
    write("selfballoon_interval", "7");
    await wishes.take(xenstore);
    expect([...wishes.refusals.keys()]).toEqual(["no_such"]);
    store.clear();
    wishes.note(FOLDER);
    await wishes.take(xenstore);
    expect(wishes.refusals.size).toBe(0);
  });

  it("is refused where dom0 has not made it readable", async () => {
    const { wishes, xenstore, secret, written, write } = rig();
    secret.add("selfballoon_interval");
    write("selfballoon_interval", "3");
    await wishes.take(xenstore);
    expect(written).toEqual([]);
    expect(wishes.refusals.get("selfballoon_interval")).toContain("EACCES");
  });

  it("costs a bounded number of reads, however much has changed", async () => {
    const { wishes, xenstore, reads, told } = rig();
    for (let times = 0; times < 100_000; times += 1) wishes.note(`${FOLDER}/wish${times}`);
    for (const path of [`${FOLDER}/a/b`, "", "memory/target", `${FOLDER}/${"x".repeat(65)}`]) wishes.note(path);
    expect(await wishes.take(xenstore)).toBe(true);
    expect(reads).toHaveLength(32);
    expect(await wishes.take(xenstore)).toBe(false);
    expect(told).toEqual([]);
  });

  it("is remembered within bounds where everything is refused", async () => {
    const { wishes, xenstore, told, write } = rig();
    for (let turn = 0; turn < 10; turn += 1) {
      for (let nth = 0; nth < 32; nth += 1) write(`wish${turn}-${nth}`, "1");
      await wishes.take(xenstore);
    }
    expect(wishes.refusals.size).toBe(32);
    expect(told).toHaveLength(32);
  });
});
