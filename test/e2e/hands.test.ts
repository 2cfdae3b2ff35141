import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { GuestStatus } from "../../src/core/control.ts";
import { Home } from "../support/home.ts";
import { Tree } from "../support/trees.ts";

describe("guests taken out of the daemon's hands", () => {
  it("by name or all together, over a reload, are so in status, API and log until they are resumed", async () => {
    const home = new Home();
    const file = join(home.folder, "selfballoon.toml");
    writeFileSync(file, "");
    const daemon = await home.daemon("--config", file, "--backend", "simulated");
    const held = async (what: "paused" | "released"): Promise<number> => {
      const { body } = await home.ask("GET", "/v1/guests");
      return (body as { guests: readonly GuestStatus[] }).guests.filter((guest) => guest[what]).length;
    };
    expect(await home.succeed("pause", "web", "idle")).toContain("web, idle are paused");
    expect(await home.succeed("release", "database")).toMatch(/`selfballoon resume database` resumes/);
    daemon.kill("SIGHUP");
    await daemon.says("stderr", /was reloaded/);
    const status = await home.succeed("status");
    expect(status).toMatch(/^web .*Paused\. It keeps what it has/m);
    expect(status).toMatch(/^database .*Released\. It has its memory back/m);
    expect(await held("paused")).toBe(2);
    expect(await held("released")).toBe(1);
    expect(daemon.stderr).toMatch(/The guest was released\. .*guest=database/);
    expect(await home.succeed("release")).toContain("`selfballoon resume` resumes");
    daemon.kill("SIGHUP");
    await expect.poll(() => daemon.stderr.match(/was reloaded/g)?.length).toBe(2);
    expect(await held("released")).toBe(6);
    expect((await home.succeed("get", "selfballooning")).trim()).toBe("0");
    expect((await home.ask("GET", "/healthz")).body).toMatchObject({
      doing: expect.stringContaining("all guests are released"),
    });
    expect(await home.succeed("resume")).toContain("All guests are resumed.");
    expect(await held("released")).toBe(0);
    expect((await home.succeed("get", "selfballooning")).trim()).toBe("1");
    const { exitCode, stderr } = await home.do("pause", "nobody");
    expect([exitCode === 0, stderr]).toEqual([false, expect.stringContaining("there is no guest nobody")]);
  });

  it("have what comes of a value told that few mean, once it is set", async () => {
    const home = new Home();
    await home.daemon("--backend", "simulated");
    expect(await home.succeed("set", "guard=0", "selfballoon_interval=7")).toMatch(
      /^guard=0\nselfballoon_interval=7\nguard=0: Without the guard nothing keeps a guest from running short of memory, .*\n$/,
    );
    expect(await home.succeed("set", "guard=1")).toBe("guard=1\n");
  });

  it("are told as JSON where that was asked for, with and without a daemon, as are settings", async () => {
    const home = new Home();
    const file = join(home.folder, "c.toml");
    writeFileSync(file, "[host]\nmemory_mb = 60000\n");
    await home.daemon("--config", file, "--backend", "simulated");
    const json = async (...args: readonly string[]): Promise<unknown> =>
      JSON.parse(await home.succeed(...args, "--json"));
    expect(await json("set", "selfballoon_interval=7", "guard=1")).toEqual({
      tunables: [
        expect.objectContaining({ name: "selfballoon_interval", value: 7, source: "runtime" }),
        expect.objectContaining({ name: "guard", value: 1 }),
      ],
    });
    expect(await json("reset", "selfballoon_interval")).toEqual({
      tunables: [expect.objectContaining({ name: "selfballoon_interval", source: "default" })],
    });
    expect(await json("set", "--guest", "web", "max_mb=2000")).toEqual({
      settings: [expect.objectContaining({ name: "max_mb", value: 2000, source: "runtime" })],
    });
    const gift = { guest: expect.any(String), bytes: expect.any(Number), ofBytes: expect.any(Number), isAll: true };
    expect(await json("release", "web")).toEqual({ gifts: [{ ...gift, guest: "web" }] });
    const tree = new Tree("xen/pv-idle");
    const released = JSON.parse(await new Home().succeed("release", "--root", tree.root, "--json"));
    expect(released).toEqual({ gifts: [{ guest: expect.any(String), bytes: null, ofBytes: null, isAll: true }] });
  });
});
