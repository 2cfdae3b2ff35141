import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";

describe("set --guest", () => {
  it("holds for one guest over a reload and a restart, is seen everywhere, and is undone by reset", async () => {
    const home = new Home();
    const file = join(home.folder, "c.toml");
    writeFileSync(
      file,
      '[tunables]\nselfballoon_interval = 1\n[host]\nmemory_mb = 60000\n[guests."web"]\nmax_mb = 1500\n',
    );
    const args = ["--config", file, "--backend", "simulated"];
    const daemon = await home.daemon(...args);
    const value = async (name: string) => (await home.succeed("get", "--guest", "web", name)).trim();
    expect(await value("max_mb")).toBe("1500");
    const said = await home.succeed("set", "--guest", "web", "max_mb=700", "weight=3", "guard_headroom_mb=99");
    expect(said).toContain("max_mb=700 for web, until it is reset");
    daemon.kill("SIGHUP");
    await daemon.says("stderr", /was reloaded/);
    expect(daemon.stderr).toMatch(/Settings of the guest were changed at run time\. guest=web max_mb=700 weight=3/);
    const table = await home.succeed("get", "--guest", "web");
    expect(table).toMatch(/^max_mb +700 MiB +1500 +set at run time /m);
    expect(table).toMatch(/^selfballoon_interval +1 s +1 +file, for all guests /m);
    expect(await home.succeed("status")).toContain("\nweb: max_mb, weight, guard_headroom_mb set at run time.\n");
    daemon.kill("SIGTERM");
    await daemon.ended();
    const again = await home.daemon(...args);
    expect([await value("max_mb"), await value("guard_headroom_mb")]).toEqual(["700", "99"]);
    expect(await home.succeed("reset", "--guest", "web", "max_mb")).toContain("For web max_mb is as configured again.");
    expect([await value("max_mb"), await value("weight")]).toEqual(["1500", "3"]);
    expect(await home.succeed("reset", "--guest", "web")).toContain("everything is as configured again");
    expect(await home.succeed("status")).not.toContain("run time");
    again.kill("SIGTERM");
    await again.ended();
  }, 60_000);

  it("says what is wrong and changes nothing; a broken file costs its contents with one warning", async () => {
    const home = new Home();
    const file = join(home.folder, "c.toml");
    writeFileSync(file, '[host]\nmemory_mb = 60000\n[guests."web"]\nmax_mb = 1500\n');
    const args = ["--config", file, "--backend", "simulated"];
    const daemon = await home.daemon(...args);
    const refused = async (...words: readonly string[]) => {
      const { exitCode, stderr } = await home.do("set", "--guest", ...words);
      expect(exitCode).toBe(2);
      return stderr;
    };
    expect(await refused("web", "min_mb=1600")).toMatch(/they would be 1600 and 1500; .*ERR_GUEST_LIMITS/);
    expect(await refused("nobody", "weight=2")).toMatch(/there is no guest nobody.*ERR_GUEST_UNKNOWN/);
    expect(await refused("web", "max_mib=2")).toMatch(/did you mean max_mb\?.*ERR_GUEST_SETTING_UNKNOWN/);
    expect(await refused("web", "weight=2", "managed=maybe")).toMatch(
      /true or false, not "maybe"; nothing was changed/,
    );
    expect((await home.succeed("get", "--guest", "web", "weight")).trim()).toBe("1");
    await home.succeed("set", "--guest", "web", "weight=2");
    daemon.kill("SIGTERM");
    await daemon.ended();
    const kept = join(dirname(home.socket), "guests.json");
    expect(readFileSync(kept, "utf8")).toContain("weight");
    writeFileSync(kept, "{");
    const again = await home.daemon(...args);
    await again.says("stderr", /what was set for single guests must be kept in .*guests\.json, but/);
    expect((await home.succeed("get", "--guest", "web", "weight")).trim()).toBe("1");
    expect(again.stderr.match(/guests\.json/g)).toHaveLength(1);
    again.kill("SIGTERM");
    await again.ended();
  }, 60_000);

  it("is refused where no host is shared", async () => {
    const home = new Home();
    await home.daemon("--backend", "simulated");
    const { exitCode, stderr } = await home.do("set", "--guest", "web", "weight=2");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("ERR_NO_GUEST_SETTINGS")]);
  });
});
