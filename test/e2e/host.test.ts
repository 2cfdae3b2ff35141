import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { FakeQemu } from "../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../support/qmp/socket-directory.ts";

const MIB = 1_048_576;

describe("run on a QEMU host", () => {
  const directory = socketDirectory();
  afterAll(() => directory.remove());
  const started: FakeQemu[] = [];

  afterEach(() => Promise.all(started.splice(0).map((qemu) => qemu.close())));

  async function start(name: string): Promise<FakeQemu> {
    const qemu = await FakeQemu.start(directory.path, { name });
    started.push(qemu);
    return qemu;
  }

  function configured(home: Home, guests: string): string {
    const file = join(home.folder, "c.toml");
    writeFileSync(
      file,
      `[tunables]\nselfballoon_interval = 1\n[backend]\nqmp = ["${directory.path}/*.qmp"]\n${guests}`,
    );
    return file;
  }

  it("shows with one command what would happen to a running guest, and moves nothing", async () => {
    const qemu = await start("web");
    const said = await new Home().succeed("run", "--qmp", qemu.qmpPath, "--dry-run", "--once");
    expect(said).toMatch(/^web: has 462 MiB, target \d+ MiB, goal \d+ MiB, floor \d+ MiB\. .*\(nothing was moved\)/m);
    expect(qemu.guest.targetBytes).toBe(512 * MIB);
  });

  it("goes by what is in use, a step a second, unless the operator chose another policy", async () => {
    const qemu = await start("web");
    const said = async (...args: readonly string[]): Promise<readonly string[]> => {
      const home = new Home();
      await home.daemon("--qmp", qemu.qmpPath, ...args);
      const { doing } = JSON.parse(await home.succeed("top", "--json"));
      return [doing, await home.succeed("get", "selfballoon_interval")];
    };
    expect(await said()).toEqual([expect.stringContaining("(policy adaptive)"), expect.stringMatching(/\b1\b/)]);
    const driver = await said("--policy", "driver");
    expect(driver).toEqual([expect.not.stringContaining("policy"), expect.stringMatching(/\b5\b/)]);
    expect(await new Home().succeed("doctor", "--qmp", qemu.qmpPath)).toContain("(policy adaptive)");
  });

  it("takes the sockets from the environment too", async () => {
    const qemu = await start("web");
    const home = new Home();
    home.env["SELFBALLOON_QMP"] = `/nowhere/*.qmp:${qemu.qmpPath}`;
    expect(await home.succeed("run", "--dry-run", "--once")).toContain("web: has 462 MiB");
    const said = await home.succeed("doctor");
    expect(said).toContain("web has no swap");
    expect(await new Home().succeed("doctor", "--qmp", qemu.qmpPath)).toContain("web has no swap");
    expect(said).not.toContain("there should be at least as much swap as RAM");
  });

  it("finds QEMU by itself where its sockets are configured, and moves only guests that are named", async () => {
    const [web, other] = [await start("web"), await start("other")];
    const home = new Home();
    const daemon = await home.daemon("--config", configured(home, '[guests."w*"]\n'));
    await daemon.says("stderr", /guest=web reason=/);
    await daemon.says("stderr", /guest=other reason=unmanaged/);
    expect(daemon.stdout).toContain("Found 2 QMP sockets");
    expect(daemon.stdout).toContain("\n1 of 2 guests is managed (see [guests]): the others are only shown.\n");
    expect(web.guest.targetBytes).toBeLessThan(512 * MIB);
    daemon.kill("SIGTERM");
    expect((await daemon.ended()).exitCode).toBe(0);
    expect([web.guest.targetBytes, other.guest.targetBytes]).toEqual([512 * MIB, 512 * MIB]);
    expect(other.qmp.received.join("")).not.toContain('"balloon"');
  });

  it("says at the start whether guests are named, and that a dry run without names shows all as named", async () => {
    await start("web");
    const started = async (...args: readonly string[]) => (await new Home().daemon(...args)).stdout;
    const [home, all] = [new Home(), new Home()];
    const bare = ["--config", configured(home, "")];
    const none = "\n0 of 1 guests are managed (see [guests]): they are only shown, and nothing is moved.\n";
    const daemon = await home.daemon(...bare);
    expect(daemon.stdout).toMatch(/^Found 1 QMP socket at /);
    expect(daemon.stdout).toContain(none);
    daemon.kill("SIGTERM");
    await daemon.ended();
    const dry = await home.daemon("--dry-run", ...bare);
    expect(dry.stdout).toContain("\nThe configuration names no guest: shown as if all were named.\n");
    dry.kill("SIGTERM");
    await dry.ended();
    expect(await started("--config", configured(all, '[guests."*"]\n'))).not.toMatch(/named/);
  });

  it("says in doctor and at the start that guests may have more than the machine has", async () => {
    await start("web");
    const home = new Home();
    const much = ["--config", configured(home, "[host]\nmemory_mb = 16777216\n")];
    const warned = /Guests may have 16\.0 TiB together \(memory_mb under \[host\]\), and the host has /;
    expect(await home.succeed("doctor", ...much)).toMatch(warned);
    const daemon = await home.daemon(...much);
    await daemon.says("stderr", warned);
  });

  it("shows at the start and in status how much there is for all guests, and warns where that can't be enough", async () => {
    await Promise.all([start("web"), start("other")]);
    const home = new Home();
    const host = "[host]\nmemory_mb = 500\nreserve_mb = 50\novercommit = 1.5\n";
    const daemon = await home.daemon("--config", configured(home, `${host}[guests."web"]\n`));
    expect(daemon.stdout).toContain("\nBudget: 500 MiB for all guests, 50 MiB of it kept for emergencies.");
    expect(daemon.stdout).toMatch(
      / What they could have should be at most 1\.5 times that\. Guests give .* whatever the host has\. Now the host's need \d+ %/,
    );
    await daemon.says(
      "stderr",
      /guests that are not managed and the floors of the others are \d+ MiB, more than the 500 MiB/,
    );
    await daemon.says("stderr", /what the guests could have together is 2\.05 times the 500 MiB/);
    const said = await home.succeed("status");
    expect(said).toMatch(
      /^Host: budget 500 MiB, the host's need \d+ %.*: guests have .*, free 0 MiB, .*; over-commit 2\.05 of at most 1\.50\.$/m,
    );
    expect(said.match(/^Warning: /gm)).toHaveLength(2);
    expect(JSON.parse(await home.succeed("status", "--json")).host).toMatchObject({
      overcommit: 2.048,
      take: "always",
      need: expect.any(Number),
      warnings: [{}, {}],
    });
    expect(JSON.parse(await home.succeed("top", "--json")).host.capacityBytes).toBe(500 * MIB);
  }, 30_000);

  it("makes room for a guest that is to start, keeps it over a restart of the daemon, and says who refuses", async () => {
    const [web, other] = [await start("web"), await start("other")];
    const home = new Home();
    const args = [
      "--config",
      configured(home, '[host]\nmemory_mb = 1024\nreserve_mb = 0\n[guests."web"]\nmin_mb = 300\n'),
    ];
    const daemon = await home.daemon(...args);
    await daemon.says("stderr", /guest=web reason=/);
    await daemon.says("stderr", /guest=other reason=unmanaged/);
    const unmet = await home.do("reserve", "900", "--for", "new", ...args);
    expect(unmet.exitCode).toBe(1);
    expect(unmet.stderr).toMatch(
      /900 MiB must be free .*other gives 0 of 512 MiB: .*is not managed.*ERR_RESERVATION_UNMET/,
    );
    expect(await home.succeed("reservations", ...args)).toBe("Nothing is reserved.\n");
    expect(await home.succeed("reserve", "100", "--for", "new", "--wait", "20s", "--expires", "1h", ...args)).toMatch(
      /^100 MiB are free and reserved for new until \d\d:\d\d:\d\d, as [0-9a-f]{8}\./,
    );
    expect(web.guest.targetBytes / MIB).toBeLessThanOrEqual(412);
    expect(other.guest.targetBytes / MIB).toBe(512);
    const kept = /^[0-9a-f]{8} +new +100 MiB +0 MiB +(yes|not yet) /m;
    expect(await home.succeed("reservations", ...args)).toMatch(kept);
    daemon.kill("SIGTERM");
    await daemon.ended();
    const again = await home.daemon(...args);
    await again.says("stderr", /guest=web reason=/);
    expect(await home.succeed("reservations", ...args)).toMatch(kept);
    expect(await home.succeed("release-reservation", "--for", "new", ...args)).toMatch(
      /^The 100 MiB of \S+ are reserved no more/,
    );
    expect(await home.succeed("release-reservation", "--for", "new", ...args)).toBe("Nothing is reserved for new.\n");
  }, 60_000);

  it("says in doctor that the daemon holds the sockets, with what it knows of their guests", async () => {
    const [web, bare] = [await start("web"), await FakeQemu.start(directory.path, { name: "bare", balloon: false })];
    started.push(bare);
    const home = new Home();
    const args = ["--config", configured(home, "")];
    expect(await home.succeed("doctor", ...args)).toContain("web has no swap");
    const daemon = await home.daemon("--dry-run", ...args);
    await daemon.says("stderr", /guest=web reason=/);
    await daemon.says("stderr", /bare must have a balloon/);
    const said = await home.succeed("doctor", ...args);
    const held = "held by the running daemon (see `selfballoon status`); end it for a full look.";
    for (const { qmpPath } of [web, bare]) expect(said).toContain(`info  ${qmpPath}: ${held}`);
    expect(said).toMatch(/^warn {2}bare: bare must have a balloon device/m);
    expect(said).not.toContain("another client");
  });

  it("does not take another client for the daemon", async () => {
    const web = await start("web");
    web.mute = true;
    const home = new Home();
    const args = ["--config", configured(home, "")];
    expect(await home.succeed("doctor", ...args)).toContain("another client holds it");
    const daemon = await home.daemon(...args);
    await daemon.says("stderr", /another client holds it/);
    const said = await home.succeed("doctor", ...args);
    expect(said).toContain("another client holds it");
    expect(said).not.toContain("held by the running daemon");
  });

  it("gives no guest the memory of one that could never be read", async () => {
    const [web, still] = [await start("web"), await start("still")];
    still.status = "paused";
    const home = new Home();
    const host = '[host]\nmemory_mb = 900\nreserve_mb = 0\n[guests."web"]\n';
    const daemon = await home.daemon("--config", configured(home, host));
    await daemon.says("stderr", /still is paused/);
    await expect.poll(() => web.guest.targetBytes / MIB, { timeout: PATIENCE_MS }).toBeLessThan(320);
    web.guest.usedBytes = 330 * MIB;
    await daemon.says("stderr", /guest=web reason=host_full/);
    expect(web.guest.targetBytes / MIB).toBe(900 - 512);
  });

  it("does not say that all was given back where one could not be asked that an earlier daemon took from", async () => {
    const [web, other] = [await start("web"), await start("other")];
    const home = new Home();
    const args = ["--config", configured(home, '[host]\nmemory_mb = 4096\n[guests."*"]\n')];
    const killed = await home.daemon(...args);
    for (const { guest } of [web, other])
      await expect.poll(() => guest.targetBytes / MIB, { timeout: PATIENCE_MS }).toBeLessThan(512);
    killed.kill("SIGKILL");
    await killed.ended();
    web.mute = true;
    const daemon = await home.daemon(...args);
    await daemon.says("stderr", /guest=other reason=/);
    daemon.kill("SIGTERM");
    expect(await daemon.ended()).toMatchObject({ exitCode: 0 });
    expect(other.guest.targetBytes).toBe(512 * MIB);
    expect(daemon.stderr).toMatch(/warn .*these guests could not be asked: .* may still be taken\..* guests=web\n/);
    expect(daemon.stderr).not.toContain("All memory was given back");
  });

  it("gives memory back without a daemon: to all that are named, though one does not answer", async () => {
    const [mute, web, other] = [await start("w-mute"), await start("web"), await start("other")];
    mute.mute = true;
    for (const { guest } of [web, other]) guest.setTarget(300 * MIB);
    const home = new Home();
    const { exitCode, stderr } = await home.do("release", "--config", configured(home, '[guests."w*"]\n'));
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("another client holds it");
    expect([web.guest.targetBytes, other.guest.targetBytes]).toEqual([512 * MIB, 300 * MIB]);
  });

  it("gives back after kill -9 what was set while the daemon ran, not what is configured", async () => {
    const [web, other] = [await start("web"), await start("other")];
    const home = new Home();
    const args = ["--config", configured(home, '[host]\nmemory_mb = 4096\n[guests."*"]\n')];
    const daemon = await home.daemon(...args);
    await daemon.says("stderr", /guest=web reason=/);
    await home.succeed("set", "--guest", "web", "max_mb=400", ...args);
    await home.succeed("set", "--guest", "other", "managed=false", ...args);
    await daemon.says("stderr", /guest=other reason=unmanaged/);
    daemon.kill("SIGKILL");
    await daemon.ended();
    for (const { guest } of [web, other]) guest.setTarget(300 * MIB);
    await home.succeed("release", ...args);
    expect([web.guest.targetBytes, other.guest.targetBytes]).toEqual([400 * MIB, 300 * MIB]);
    const again = await home.daemon(...args);
    await home.succeed("reset", "--guest", "web", ...args);
    await home.succeed("reset", "--guest", "other", ...args);
    again.kill("SIGKILL");
    await again.ended();
    for (const { guest } of [web, other]) guest.setTarget(300 * MIB);
    await home.succeed("release", ...args);
    expect([web.guest.targetBytes, other.guest.targetBytes]).toEqual([512 * MIB, 512 * MIB]);
  }, 30_000);

  it("holds a guest's limits, and takes new ones from a configuration that is reloaded", async () => {
    const web = await start("web");
    const home = new Home();
    const config = configured(home, '[guests."web"]\nmax_mb = 400\nmin_mb = 380\n');
    const daemon = await home.daemon("--config", config);
    await daemon.says("stderr", /guest=web reason=/);
    expect(web.guest.targetBytes / MIB).toBeGreaterThanOrEqual(380);
    expect(web.guest.targetBytes / MIB).toBeLessThanOrEqual(400);
    configured(home, '[guests."web"]\nmax_mb = 350\n');
    daemon.kill("SIGHUP");
    await daemon.says("stderr", /was reloaded/);
    await expect.poll(() => web.guest.targetBytes / MIB, { timeout: PATIENCE_MS }).toBeLessThanOrEqual(350);
  });

  it.each([
    ['[guests."a"]\nmin_mb = 9\nmax_mb = 8\n', "min_mb must be at most max_mb"],
    ['[guests."a"]\nmin_mbs = 9\n', "did you mean min_mb?"],
    ['[guests."a"]\nweight = 0\n', "weight"],
    ["[host]\nmemory = 9\n", "did you mean memory_mb?"],
    ["[host]\nmemory_mb = 9\nreserve_mb = 9\n", "reserve_mb must be less than memory_mb"],
  ])("refuses %j", async (guests, problem) => {
    const home = new Home();
    const { exitCode, stderr } = await home.do("run", "--config", configured(home, guests));
    expect(exitCode).toBe(3);
    expect(stderr).toContain(problem);
  });
});
