import { describe, expect, it } from "vitest";
import { firstControls } from "../../../src/core/controls/controls.ts";
import { selfballoonError } from "../../../src/core/errors.ts";
import { createSettings } from "../../../src/core/settings.ts";
import { GuestEnvs } from "../../../src/daemon/guest-envs.ts";
import { GuestRoster } from "../../../src/daemon/guest-roster.ts";
import { GuestRunner } from "../../../src/daemon/guest-runner.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { Mind } from "../../../src/daemon/mind.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

/** A roster with real runners, and what it said of them. */
function rosterOf(names: readonly string[], spreadMs = 0, selfballoon_interval = 5) {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend(...names);
  const journal = new Journal(100, () => clock.wallMs());
  const mind = new Mind("driver", false, () => clock.nowMs());
  const settings = createSettings({
    hasCompressedSwap: true,
    defaults: { selfballoon_reserved_mb: 1, selfballoon_interval },
  });
  const envs = new GuestEnvs(
    { isDryRun: false },
    firstControls({ settings, sources: {}, guestTunables: () => ({}) }),
    null,
  );
  const told: string[] = [];
  const roster = new GuestRoster({
    backend,
    clock,
    journal,
    spreadMs,
    onFound: (guest) => {
      told.push(`found ${guest}`);
      mind.find(guest);
      return new GuestRunner(guest, {
        backend,
        clock,
        journal,
        mind,
        envOf: (of, reservedMb) => envs.of(of, reservedMb),
        stepSoon: () => {},
      });
    },
    onRemoved: (guest) => told.push(`removed ${guest}`),
    onRescan: () => told.push("looked"),
  });
  return { clock, backend, journal, roster, told };
}

const faults = (journal: Journal) =>
  journal.after(0).flatMap((record) => (record.kind === "fault" ? [[record.guest, record.problem]] : []));

describe("the roster of guests", () => {
  it("has a runner for each guest, and looks for others every 5 s", async () => {
    const { clock, backend, roster, told } = rosterOf(["a"]);
    await roster.start();
    backend.names.add("b");
    await clock.advance(4999);
    expect(told).toEqual(["looked", "found a"]);
    await clock.advance(1);
    expect(told).toEqual(["looked", "found a", "looked", "found b"]);
    expect(roster.runners.map(({ guest }) => guest)).toEqual(["a", "b"]);
    expect(roster.get("b")).toBe(roster.runners[1]);
    expect(roster.get("nobody")).toBeUndefined();
  });

  it("looks at once when the backend says that guests came or went", async () => {
    const { clock, backend, roster, told } = rosterOf(["a"]);
    await roster.start();
    await clock.advance(1000);
    backend.names.add("b");
    backend.names.delete("a");
    backend.say();
    await clock.advance(0);
    expect(told).toEqual(["looked", "found a", "looked", "found b", "removed a"]);
    await clock.advance(4999);
    expect(told).toHaveLength(5);
    await clock.advance(1);
    expect(told.at(-1)).toBe("looked");
  });

  it("looks four times a second at the most, and misses nothing that is said while it looks", async () => {
    const { clock, backend, roster, told } = rosterOf(["a"]);
    await roster.start();
    for (let ms = 0; ms < 1000; ms += 10) {
      backend.say();
      await clock.advance(10);
    }
    expect(told.filter((word) => word === "looked")).toHaveLength(5);
    const find = backend.guests.bind(backend);
    backend.guests = async () => {
      const found = await find();
      backend.guests = find;
      backend.names.add("b");
      backend.say();
      return found;
    };
    backend.say();
    await clock.advance(500);
    expect(told.at(-1)).toBe("found b");
  });

  it("looks no more after it was stopped, whatever the backend says", async () => {
    const { clock, backend, roster, told } = rosterOf(["a"]);
    await roster.start();
    await roster.stop();
    backend.say();
    await clock.advance(10_000);
    expect(told).toEqual(["looked", "found a"]);
  });

  it("spreads the first steps of guests that were found together", async () => {
    const { clock, backend, roster } = rosterOf(["a", "b", "c", "d"], 1000);
    await roster.start();
    const stepped = (): readonly string[] => backend.targets.map(({ guest }) => guest);
    await clock.advance(5000);
    expect(stepped()).toEqual(["a"]);
    await clock.advance(500);
    expect(stepped()).toEqual(["a", "b", "c"]);
    await clock.advance(250);
    expect(stepped()).toEqual(["a", "b", "c", "d"]);
  });

  it("keeps whom it has where there are more than one daemon manages, and tells of the others once", async () => {
    const names = Array.from({ length: 4096 }, (_, nth) => `vm${nth}`);
    const { backend, journal, roster } = rosterOf(names);
    await roster.find();
    backend.names.clear();
    for (const name of ["another", ...names]) backend.names.add(name);
    for (let look = 0; look < 3; look += 1) {
      expect((await roster.find()).map(({ guest }) => guest)).toEqual(names);
    }
    const notices = journal.after(0).flatMap((record) => (record.kind === "notice" ? [record.notice] : []));
    expect(notices).toEqual([{ code: "guests_left_out", details: { found: 4097, max: 4096 } }]);
    expect(roster.leavesOut).toEqual(notices[0]);
    backend.names.delete("vm0");
    expect((await roster.find()).map(({ guest }) => guest)).toContain("another");
    expect(roster.leavesOut).toBeNull();
  });

  it("says that a guest has disappeared only once its step under way has ended", async () => {
    const { clock, backend, roster, told } = rosterOf(["a", "b"], 0, 8);
    await roster.start();
    backend.faults.set("a", "hang");
    await clock.advance(9000);
    backend.names.delete("a");
    await clock.advance(1500); // its step at 8 s hangs until its deadline, and at 10 s the guest is absent
    expect(roster.get("a")).toBeUndefined();
    expect(told).not.toContain("removed a");
    await clock.advance(500);
    expect(told).toContain("removed a");
    expect(roster.get("b")).toBeDefined();
  });

  it("keeps its guests while they can't be looked for, says so once, and goes on", async () => {
    const { clock, backend, journal, roster } = rosterOf(["a"]);
    await roster.start();
    const find = backend.guests.bind(backend);
    backend.guests = () => new Promise(() => {});
    await clock.advance(30_000);
    expect(roster.runners.map(({ guest }) => guest)).toEqual(["a"]);
    expect(faults(journal)).toEqual([["*", expect.stringContaining("finding guests")]]);
    backend.guests = find;
    backend.names.add("b");
    await clock.advance(10_000);
    expect(roster.runners.map(({ guest }) => guest)).toEqual(["a", "b"]);
  });

  it("says once what keeps some guests from being found, and again when that was well meanwhile", async () => {
    const { clock, backend, journal, roster } = rosterOf(["a"]);
    const problem = selfballoonError("ERR_CONNECTION", { uri: "qemu:///session", problem: "it is gone" });
    backend.wrong = [problem];
    await roster.start();
    await clock.advance(20_000);
    expect(faults(journal)).toEqual([["*", problem.message]]);
    expect(roster.runners.map(({ guest }) => guest)).toEqual(["a"]);
    backend.wrong = [];
    await clock.advance(5000);
    backend.wrong = [problem];
    await clock.advance(5000);
    expect(faults(journal)).toHaveLength(2);
  });

  it("makes runners without starting them, where one step of each is asked for", async () => {
    const { clock, backend, roster } = rosterOf(["a"]);
    const [runner] = await roster.find();
    await clock.advance(60_000);
    expect(backend.targets).toEqual([]);
    expect(await roster.find()).toEqual([runner]);
  });

  it("finds nobody after it was stopped, and none of its guests steps", async () => {
    const { clock, backend, roster, told } = rosterOf(["a"]);
    await roster.start();
    await roster.stop();
    backend.names.add("b");
    await clock.advance(60_000);
    expect(told).toEqual(["looked", "found a"]);
    expect(backend.targets).toEqual([]);
  });
});
