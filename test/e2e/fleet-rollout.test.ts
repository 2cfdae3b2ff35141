import { describe, expect, it, onTestFinished } from "vitest";
import type { GuestStatus } from "../../src/core/control.ts";
import { connectFleet } from "../../src/fleet/connect.ts";
import { SettingsBoard } from "../../src/fleet/settings-board.ts";
import type { Command } from "../support/command.ts";
import type { Home } from "../support/home.ts";
import { hostsSeenBy, member } from "../support/members.ts";
import { natsGate, startNats } from "../support/nats.ts";
import { REPEATED } from "../support/patience.ts";
import { FakeQemu } from "../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../support/qmp/socket-directory.ts";
import { Tree } from "../support/trees.ts";
import { until } from "../support/until.ts";

const MIB = 1_048_576;

/** A host whose guests share memory. */
const SHARED = "[host]\nmemory_mb = 16384\n[simulated]\nguests = 3\n";

/** Hosts of a fleet, of which the last has no limits for its guests, and what is set for them. */
async function fleetOf(count: number): Promise<{ readonly homes: readonly Home[]; readonly board: SettingsBoard }> {
  const { url } = await startNats();
  const homes = Array.from({ length: count }, (_, nth) =>
    nth === count - 1 ? member(`h${nth + 1}`, url) : member(`h${nth + 1}`, url, "", SHARED),
  );
  await homes[0]?.succeed("fleet", "prepare");
  await Promise.all(homes.map((home) => home.daemon()));
  await until("all hosts", async () => {
    const hosts = homes[0] === undefined ? [] : await hostsSeenBy(homes[0]);
    return hosts.length === count && hosts.every(({ state }) => state?.settings !== undefined) ? true : null;
  });
  const connection = await connectFleet({ servers: [url], credentials: null, tlsCa: null }, "board");
  onTestFinished(() => connection.close());
  return { homes, board: await SettingsBoard.follow(connection) };
}

const headroomOf = (homes: readonly Home[]): Promise<readonly string[]> =>
  Promise.all(homes.map(async (home) => (await home.succeed("get", "guard_headroom_mb")).trim()));

describe.skipIf(natsGate().skip)("a roll-out", { timeout: 120_000, ...REPEATED }, () => {
  it("goes from the first hosts to all, by whichever service lives, and nothing is decided twice", async () => {
    const { homes, board } = await fleetOf(3);
    const [admin] = homes;
    if (admin === undefined) throw new Error("no host");
    const words = ["fleet", "set", "--all", "--first", "1", "--watch", "20s", "guard_headroom_mb=80"];
    expect(await admin.succeed(...words)).toMatch(
      /^For all: h1 first, and after 20 s without more trouble 2 hosts more/,
    );
    await until("the first host to have it", async () => ((await headroomOf(homes))[0] === "80" ? true : null));
    expect(await headroomOf(homes)).toEqual(["80", "64", "64"]);
    expect(await admin.do(...words)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("abort it first") });
    expect(await admin.do("fleet", "unset", "--all", "guard_headroom_mb")).toMatchObject({ exitCode: 2 });
    const serve = (): Command => admin.start("fleet", "serve", "--listen", "127.0.0.1:0");
    const killed = serve();
    await killed.says("stdout", /h1 has it/);
    killed.kill("SIGKILL");
    await killed.ended();
    expect(await headroomOf(homes)).toEqual(["80", "64", "64"]);
    const both = [serve(), serve()];
    await until("all hosts to have it", async () => {
      const all = await headroomOf(homes);
      return all.every((value) => value === "80") ? true : null;
    });
    await Promise.race(both.map((service) => service.says("stdout", /all: done: all hosts have it/)));
    // Begun, watched, done: each was written once.
    expect(board.list()).toMatchObject([{ revision: 3, document: { settings: { guard_headroom_mb: "80" } } }]);
    expect(await admin.succeed("fleet", "get")).toMatch(
      /guard_headroom_mb=80 is rolled out as [0-9a-f]{8}; done: all hosts have it/,
    );
  });

  it("stops where a guest's OOM killer killed since it was begun, and says where", async () => {
    const { url } = await startNats();
    const home = member("h1", url, "", "");
    await home.succeed("fleet", "prepare");
    const guest = new Tree("xen/pv-idle");
    await home.daemon("--backend", "xen", "--root", guest.root, "--selfballooning", "--set", "selfballoon_interval=1");
    await until("the host", async () => ((await hostsSeenBy(home))[0]?.state?.trouble === undefined ? null : true));
    const steppedAt = async () => {
      const { guests } = (await home.ask("GET", "/v1/guests")).body as { guests: readonly GuestStatus[] };
      return guests[0]?.observation?.t ?? null;
    };
    // What a guest's kernel has counted until the first step that the member sees is nobody's fault.
    const first = await until("a step", steppedAt);
    await until("another", async () => ((await steppedAt()) === first ? null : true));
    await home.succeed("fleet", "set", "--all", "--first", "1", "--watch", "1h", "guard_headroom_mb=48");
    const service = home.start("fleet", "serve", "--listen", "127.0.0.1:0");
    await service.says("stdout", /h1 has it/);
    const before = Number(/^oom_kill (\d+)$/m.exec(guest.read("proc/vmstat"))?.[1]);
    guest.edit("proc/vmstat", /^oom_kill \d+$/m, `oom_kill ${before + 2}`);
    await service.says("stdout", /all: stopped, and taken back from h1: OOM kills rose since it was begun: 2 on h1/);
    await until("it to be taken back", async () => ((await headroomOf([home]))[0] === "64" ? true : null));
  });

  it("stops where guests ran short since it was begun, and is taken back from them", async () => {
    const { url } = await startNats();
    const directory = socketDirectory();
    const guests = await Promise.all(["a", "b", "c"].map((name) => FakeQemu.start(directory.path, { name })));
    onTestFinished(async () => {
      await Promise.all(guests.map((qemu) => qemu.close()));
      directory.remove();
    });
    const host = `[tunables]\nselfballoon_interval = 1\n[backend]\nqmp = ["${directory.path}/*.qmp"]\n[guests."*"]\n`;
    const home = member("h1", url, "", host);
    await home.succeed("fleet", "prepare");
    await home.daemon();
    await until("three guests that have given memory", async () =>
      guests.every(({ guest }) => guest.currentBytes < guest.maximumBytes) &&
      (await hostsSeenBy(home))[0]?.state?.trouble
        ? true
        : null,
    );
    await home.succeed("fleet", "set", "--all", "--first", "1", "--watch", "1h", "guard_headroom_mb=48");
    const service = home.start("fleet", "serve", "--listen", "127.0.0.1:0");
    await service.says("stdout", /h1 has it/);
    // A step by the clock could answer what the watch is to see: there are none any more, once those under way are done.
    await home.succeed("set", "selfballoon_interval=3600");
    const stepsOf = async () =>
      ((await home.ask("GET", "/v1/guests")).body as { guests: GuestStatus[] }).guests.map((guest) => guest.steps);
    const stepsAtSet = await stepsOf();
    await until("a last step of each", async () =>
      (await stepsOf()).every((steps, nth) => steps > (stepsAtSet[nth] ?? steps)) ? true : null,
    );
    // Next to nothing is left of what the balloon left them.
    for (const { guest } of guests) guest.usedBytes += guest.availableBytes - 4 * MIB;
    await service.says("stdout", /all: stopped, and taken back from h1: emergencies rose since it was begun: \d on h1/);
    await until("it to be taken back", async () => ((await headroomOf([home]))[0] === "64" ? true : null));
  });

  it("stops where a host refuses it, is taken back, says why, and is begun again or forgotten", async () => {
    const { homes, board } = await fleetOf(2);
    const [admin] = homes;
    if (admin === undefined) throw new Error("no host");
    const guest = ((await admin.ask("GET", "/v1/guests")).body as { guests: readonly { guest: string }[] }).guests[0];
    const words = ["--guest", "*", "--first", "100%", "--watch", "1h", "max_mb=900"];
    await admin.succeed("fleet", "set", "--all", ...words);
    const { exitCode, stdout, stderr } = await admin.do("fleet", "rollout");
    expect({ exitCode, stdout }).toEqual({
      exitCode: 1,
      stdout: expect.stringMatching(/stopped, and taken back from h1, h2/),
    });
    expect(stderr).toMatch(/h2 refuses max_mb: guests have settings of their own only on a host/);
    await until("it to be taken back", async () =>
      (await admin.succeed("get", "max_mb", "--guest", guest?.guest ?? "")) === "none\n" ? true : null,
    );
    for (const order of ["resume", "abort"])
      expect(await admin.do("fleet", order, "--all", "00000000")).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining("ERR_ROLLOUT_OTHER"),
      });
    expect(await admin.succeed("fleet", "resume", "--all")).toBe("For all: h1, h2 first, again.\n");
    expect(board.list()[0]?.document.rollout?.hosts).toEqual(["h1", "h2"]);
    await admin.succeed("fleet", "abort", "--all", board.list()[0]?.document.rollout?.id ?? "");
    await admin.succeed("fleet", "unset", "--all", "--first", "1", "guard_headroom_mb");
    await admin.succeed("fleet", "unset", "--all");
    expect(await admin.do("fleet", "abort", "--all")).toMatchObject({ exitCode: 2 });
    expect(await admin.succeed("fleet", "rollout")).toBe("Nothing is on its way to the hosts of this fleet.\n");
  });
});
