import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { Tree, XEN_MEMORY } from "../support/trees.ts";
import { until } from "../support/until.ts";

/** All that the guest was built for, in KiB; it was started with half of it. */
const MAXIMUM_KIB = "1048576";
const OFFSET_KIB = 68_244;

class XenGuest extends Home {
  readonly tree = new Tree("xen/pv-idle");

  get targetKib(): string {
    return this.tree.read(`${XEN_MEMORY}/target_kb`).trim();
  }

  ballooned(...args: readonly string[]) {
    return this.daemon(...this.onTree(), "--selfballooning", ...args);
  }

  onTree(): readonly string[] {
    return ["--backend", "xen", "--root", this.tree.root, "--set", "guard=0", "--set", "selfballoon_interval=1"];
  }

  release() {
    return this.succeed("release", "--root", this.tree.root);
  }

  untilTargetIs(targetKib: string): Promise<true> {
    return until(`a target of ${targetKib} KiB`, () => (this.targetKib === targetKib ? true : null));
  }
}

describe("the daemon in a Xen guest", () => {
  it("writes a target an interval, along the law's curve", async () => {
    const guest = new XenGuest();
    const daemon = await guest.ballooned();
    expect(daemon.stdout).toMatch(/^Found a Xen guest \(PV\) with a balloon\.\n/);
    // The goal is 12928 pages; a step covers an eighth of the distance, and the balloon follows.
    for (const targetPages of [101_376, 90_320, 80_646]) {
      await guest.untilTargetIs(String((targetPages + OFFSET_KIB / 4) * 4));
      guest.tree.followTarget(OFFSET_KIB);
    }
    expect(daemon.stderr).toMatch(/info .*guest=guest reason=lower currentMib=445 targetMib=396 .*applied=true\n/);
  });

  it("says what the driver said at its start, a line for each loop that is on", async () => {
    const guest = new XenGuest();
    const daemon = await guest.ballooned();
    await daemon.says("stderr", /Initializing Xen selfballooning driver\n/);
    expect(daemon.stderr).not.toContain("frontswap");
  });

  it("gives everything back on SIGTERM", async () => {
    const guest = new XenGuest();
    const daemon = await guest.ballooned();
    await guest.untilTargetIs("473748");
    daemon.kill("SIGTERM");
    expect(await daemon.ended()).toMatchObject({ exitCode: 0 });
    expect(guest.targetKib).toBe(MAXIMUM_KIB);
  });

  it("goes on when nobody reads its log any more, and gives everything back at its end", async () => {
    const guest = new XenGuest();
    const daemon = await guest.ballooned();
    await guest.untilTargetIs("473748");
    daemon.child.stderr.destroy();
    guest.tree.followTarget(OFFSET_KIB);
    for (const targetPages of [90_320, 80_646]) {
      await guest.untilTargetIs(String((targetPages + OFFSET_KIB / 4) * 4));
      guest.tree.followTarget(OFFSET_KIB);
    }
    daemon.kill("SIGTERM");
    expect(await daemon.ended()).toMatchObject({ exitCode: 0 });
    expect(guest.targetKib).toBe(MAXIMUM_KIB);
  });

  it("gives everything back when a second signal comes while it does", async () => {
    const guest = new XenGuest();
    const daemon = await guest.ballooned();
    await guest.untilTargetIs("473748");
    daemon.kill("SIGTERM");
    daemon.kill("SIGINT");
    daemon.kill("SIGTERM");
    expect(await daemon.ended()).toMatchObject({ exitCode: 0 });
    expect(guest.targetKib).toBe(MAXIMUM_KIB);
  });

  it("leaves a way to give everything back though the configuration is bad", async () => {
    const guest = new XenGuest();
    const daemon = await guest.ballooned();
    await guest.untilTargetIs("473748");
    daemon.kill("SIGKILL");
    await daemon.ended();
    const config = join(guest.folder, "bad.toml");
    writeFileSync(config, "[tunables\n");
    const { exitCode, stderr } = await guest.do("release", "--config", config, "--root", guest.tree.root);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(config);
    expect(guest.targetKib).toBe(MAXIMUM_KIB);
  });

  it("leaves everything to `release` when it is killed, and the next daemon takes over what is left", async () => {
    const guest = new XenGuest();
    const daemon = await guest.ballooned();
    await guest.untilTargetIs("473748");
    daemon.kill("SIGKILL");
    await daemon.ended();
    expect(guest.targetKib).toBe("473748");
    expect(await guest.release()).toBe("All memory was given back to guest.\n");
    expect(guest.targetKib).toBe(MAXIMUM_KIB);
    expect(existsSync(guest.socket)).toBe(true);
    await guest.ballooned();
    expect(await guest.succeed("get", "selfballooning")).toBe("1\n");
  });

  it("obeys `release`: gives everything back and lets go, until it is told to resume", async () => {
    const guest = new XenGuest();
    const daemon = await guest.ballooned();
    await guest.untilTargetIs("473748");
    expect(await guest.release()).toMatch(/^The daemon gave all memory back/);
    expect(guest.targetKib).toBe(MAXIMUM_KIB);
    await until("an idle loop", async () => ((await guest.succeed("status")).includes("Released.") ? 1 : null));
    expect(guest.targetKib).toBe(MAXIMUM_KIB);
    expect(daemon.hasEnded).toBe(false);
    await guest.succeed("set", "selfballooning=1");
    await guest.untilTargetIs("473748");
  });

  it("lets go on `release` even where the configuration turns selfballooning on for the guest", async () => {
    const guest = new XenGuest();
    const config = join(guest.folder, "c.toml");
    writeFileSync(config, '[guests."g*t"]\nselfballooning = 1\n');
    const daemon = await guest.ballooned("--config", config);
    await guest.untilTargetIs("473748");
    await guest.release();
    await daemon.says("stderr", /selfballooning is 0: the balloon is left alone/);
    expect(guest.targetKib).toBe(MAXIMUM_KIB);
  });

  it("does not start beside another one, nor does a single step", async () => {
    const guest = new XenGuest();
    const { child } = await guest.ballooned();
    for (const more of [[], ["--once"], ["--dry-run"]]) {
      const { exitCode, stderr } = await guest.do("run", ...guest.onTree(), "--selfballooning", ...more);
      expect(exitCode).toBe(6);
      expect(stderr).toContain(`process ${child.pid} holds ${join(dirname(guest.socket), "selfballoon.lock")}`);
    }
  });

  it("holds a guest whose files turn bad, says so once, and goes on when they are good again", async () => {
    const guest = new XenGuest();
    const daemon = await guest.ballooned();
    const meminfo = guest.tree.read("proc/meminfo");
    guest.tree.write("proc/meminfo", "rubbish\n");
    await daemon.says("stderr", /warn .*proc\/meminfo must hold .* code=ERR_FORMAT/);
    const status = JSON.parse(await guest.succeed("status", "--json"));
    expect(status.guests).toMatchObject([
      { state: "unreadable", problem: { message: expect.stringContaining("meminfo") } },
    ]);
    expect(guest.targetKib).toBe("524288");
    guest.tree.write("proc/meminfo", meminfo);
    await guest.untilTargetIs("473748");
    expect(daemon.stderr.match(/ERR_FORMAT/g)).toHaveLength(1);
  });

  it("follows a target that the toolstack set, and says so", async () => {
    const guest = new XenGuest();
    const daemon = await guest.ballooned();
    await daemon.says("stderr", /applied=true/);
    guest.tree.write(`${XEN_MEMORY}/target_kb`, "400000\n");
    guest.tree.followTarget(OFFSET_KIB);
    await daemon.says("stderr", /warn .*somebody else moved the balloon's target from 462 to 390 MiB/);
    daemon.kill("SIGTERM");
    await daemon.ended();
    expect(guest.targetKib).toBe("400000");
  });

  it("steps on where dom0's xenstore can't be reached, and says so once", async () => {
    const guest = new XenGuest();
    const config = join(guest.folder, "c.toml");
    writeFileSync(config, "[backend]\nxenstore = true\n");
    const device = join(guest.tree.root, "dev/xen/xenbus");
    const { stdout } = await guest.do("doctor", "--config", config, "--root", guest.tree.root);
    expect(stdout).toContain(`fail  ${device} may not be written: ENOENT`);
    const daemon = await guest.ballooned("--config", config);
    await daemon.says("stderr", /warn .*\/dev\/xen\/xenbus, but ENOENT.* code=ERR_XENSTORE/);
    await guest.untilTargetIs("473748");
    daemon.kill("SIGTERM");
    expect(await daemon.ended()).toMatchObject({ exitCode: 0 });
    expect(daemon.stderr.match(/ERR_XENSTORE/g)).toHaveLength(1);
  });

  it("moves nothing in a dry run, not even at its end", async () => {
    const guest = new XenGuest();
    const daemon = await guest.ballooned("--dry-run");
    expect(daemon.stdout).toContain("This is a dry run: it decides and records, and moves nothing.");
    await daemon.says("stderr", /targetMib=396 .*applied=false/);
    expect(await guest.release()).toMatch(/^The daemon had no memory to give back/);
    daemon.kill("SIGTERM");
    await daemon.ended();
    expect(daemon.stderr).toContain("Ended: there was no memory to give back.");
    expect(guest.targetKib).toBe("524288");
  });
});
