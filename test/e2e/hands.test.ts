import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { GuestStatus } from "../../src/core/control.ts";
import { Home } from "../support/home.ts";

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
});
