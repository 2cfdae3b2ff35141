import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";

const QUICK = ["--set", "selfballoon_interval=1"];

/** An empty tree: a machine without a hypervisor, whatever the tests run on. */
const noHypervisor = (home: Home) => ["--root", home.folder, ...QUICK];

describe("run on a machine without a hypervisor", () => {
  it("says first what it looked for and that simulated guests run, then where to ask", async () => {
    const home = new Home();
    const daemon = await home.daemon(...noHypervisor(home));
    const [first, second] = daemon.stdout.split("\n");
    expect(first).toMatch(/No balloon was found on this machine/);
    expect(first).toContain(`there is no ${home.folder}/sys/hypervisor/type`);
    expect(first).toContain("simulated host of 6 guests");
    expect(second).toContain(home.socket);
  });

  it("says in a dry run that it is one", async () => {
    const home = new Home();
    const daemon = await home.daemon(...noHypervisor(home), "--dry-run");
    expect(daemon.stdout.split("\n")[0]).toContain("simulated host of 6 guests");
    expect(daemon.stdout.split("\n")[0]).toContain("This is a dry run: it decides and records, and moves nothing.");
  });

  it("shows each guest's memory, target, goal, floor and why", async () => {
    const home = new Home();
    const daemon = await home.daemon(...noHypervisor(home));
    await daemon.says("stderr", /guest=database reason=/);
    const table = await home.succeed("status");
    expect(table).toMatch(/^GUEST +STATE +HAS +AVAIL +TARGET +GOAL +FLOOR +COMMITTED +SWAP +PSI +WHY\n/);
    expect(table).toMatch(/^idle +giving back( +\d+ MiB){7} +- +The guest has more/m);
    expect(table).toMatch(/\nNo guest is short\.\n$/);
    const { guests } = JSON.parse(await home.succeed("status", "--json"));
    expect(guests).toHaveLength(6);
    expect(guests).toContainEqual(
      expect.objectContaining({ guest: "web", state: "armed", problem: null, observation: expect.any(Object) }),
    );
  });

  it("reads, writes and resets tunables", async () => {
    const home = new Home();
    await home.daemon(...noHypervisor(home));
    expect(await home.succeed("get", "selfballoon_interval")).toBe("1\n");
    expect(await home.succeed("set", "selfballoon_interval=60", "frontswap_inertia=+7")).toBe(
      "selfballoon_interval=60\nfrontswap_inertia=+7\n",
    );
    expect(await home.succeed("get", "selfballoon_interval")).toBe("60\n");
    expect(await home.succeed("get")).toMatch(/^frontswap_inertia +7 steps +3 +runtime /m);
    const each = "10 % of each guest";
    expect(await home.succeed("get")).toMatch(new RegExp(`^selfballoon_reserved_mb +${each} +${each} +default `, "m"));
    expect(await home.succeed("get", "selfballoon_reserved_mb")).toBe(`${each}\n`);
    await home.succeed("set", "selfballoon_reserved_mb=30");
    expect(await home.succeed("get", "selfballoon_reserved_mb")).toBe("30\n");
    expect(await home.succeed("get")).toMatch(new RegExp(`^selfballoon_reserved_mb +30 MiB +${each} +runtime `, "m"));
    await home.succeed("reset", "selfballoon_interval", "frontswap_inertia");
    // Simulated guests are there to be watched: their default is not the driver's.
    expect(await home.succeed("get", "selfballoon_interval")).toBe("1\n");
    const { tunables } = JSON.parse(await home.succeed("get", "frontswap_inertia", "--json"));
    expect(tunables).toMatchObject([{ name: "frontswap_inertia", value: 3, default: 3, source: "default" }]);
  });

  it("refuses all that one command sets if one value is bad", async () => {
    const home = new Home();
    await home.daemon(...noHypervisor(home));
    const { exitCode, stdout, stderr } = await home.do("set", "frontswap_inertia=9", "selfballoon_interval=0");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain('not "0" (EINVAL); it stays 1');
    expect(await home.succeed("get", "frontswap_inertia")).toBe("3\n");
  });

  it("takes a step an interval, and says what each one did as JSON lines", async () => {
    const home = new Home();
    const daemon = await home.daemon(...noHypervisor(home), "--json");
    const isSecondStep = /^\{"kind":"step".*\n(?:.*\n)*\{"kind":"step","observation":\{"t":[2-9].*\n/;
    await daemon.says("stdout", isSecondStep);
    const [first = ""] = daemon.stdout.split("\n");
    expect(JSON.parse(first)).toMatchObject({ decision: { guest: "idle" }, applied: true, tunables: { guard: 1 } });
  });

  it("gives all back at Ctrl-C, and leaves neither socket nor lock", async () => {
    const home = new Home();
    const daemon = await home.daemon(...noHypervisor(home));
    daemon.kill("SIGINT");
    expect(await daemon.ended()).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("because=SIGINT") });
    expect(readdirSync(dirname(home.socket))).toEqual(["history", "host-past.json"]);
  });

  it("ends without a fuss when nobody reads its output any more", async () => {
    const home = new Home();
    const daemon = await home.daemon(...noHypervisor(home), "--json");
    daemon.child.stdout.destroy();
    const { exitCode, stderr } = await daemon.ended();
    expect(exitCode).toBe(0);
    expect(stderr).toContain("standard output was closed");
    expect(stderr).not.toContain("bug");
  });
});
