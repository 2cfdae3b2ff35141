import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";

function homeWith(content: string) {
  const home = new Home();
  const file = join(home.folder, "c.toml");
  writeFileSync(file, content);
  return { home, file };
}

describe("the configuration", () => {
  it("lets flags beat the environment, that the file, and that the defaults; `get` says which it was", async () => {
    const { home, file } = homeWith(
      "[tunables]\nfrontswap_inertia = 4\nfrontswap_hysteresis = 4\nselfballoon_interval = 4\n[backend]\nkind = 'simulated'\n",
    );
    home.env["SELFBALLOON_CONFIG"] = file;
    home.env["SELFBALLOON_FRONTSWAP_HYSTERESIS"] = "6";
    home.env["SELFBALLOON_SELFBALLOON_INTERVAL"] = "6";
    await home.daemon("--set", "selfballoon_interval=7", "--set", "selfballoon_interval=8");
    await home.succeed("set", "selfballoon_uphysteresis=9");
    const { tunables } = JSON.parse(await home.succeed("get", "--json"));
    const found = Object.fromEntries(
      tunables.map(({ name, value, source }: { name: string; value: number; source: string }) => [
        name,
        [value, source],
      ]),
    );
    expect(found).toMatchObject({
      selfballoon_downhysteresis: [8, "default"],
      frontswap_inertia: [4, "file"],
      frontswap_hysteresis: [6, "environment"],
      selfballoon_interval: [8, "flag"],
      selfballoon_uphysteresis: [9, "runtime"],
    });
    expect(await home.succeed("get")).toMatch(/^frontswap_hysteresis +6 +20 +environment +\S/m);
  });

  it("gives guests, by name or glob, tunables of their own; a later section beats an earlier one", async () => {
    const { home, file } = homeWith(
      "[tunables]\nfrontswap_inertia = 4\n" +
        '[guests."*"]\nfrontswap_hysteresis = 5\n' +
        '[guests."da?a*"]\nfrontswap_hysteresis = 6\nselfballooning = 0\n' +
        '[guests."w.b"]\nselfballooning = 0\n',
    );
    await home.daemon("--backend", "simulated", "--config", file);
    const { guests } = JSON.parse(await home.succeed("status", "--json"));
    const tunables = (name: string) => guests.find(({ guest }: { guest: string }) => guest === name).tunables;
    expect(tunables("web")).toMatchObject({ selfballooning: 1, frontswap_inertia: 4, frontswap_hysteresis: 5 });
    expect(tunables("database")).toMatchObject({ selfballooning: 0, frontswap_inertia: 4, frontswap_hysteresis: 6 });
  });

  it("says where the socket lies", async () => {
    const { home, file } = homeWith("");
    const socket = join(home.folder, "elsewhere.sock");
    writeFileSync(file, `[api]\nsocket = ${JSON.stringify(socket)}\n`);
    delete home.env["SELFBALLOON_SOCKET"];
    const daemon = home.start("run", "--backend", "simulated", "--config", file);
    await daemon.says("stdout", /Control socket: (\S+)\./);
    expect(daemon.stdout).toContain(socket);
    expect(JSON.parse(await home.succeed("status", "--json", "--config", file)).guests).toHaveLength(6);
  });

  it.each([
    [
      "[tunables]\nselfballoon_intervall = 5\n",
      "no key tunables.selfballoon_intervall (did you mean selfballoon_interval?)",
    ],
    ["[tunable]\nguard = 1\n", "there is no key tunable (did you mean tunables?)"],
    ["[tunables]\nguard = true\n", "tunables.guard must be a number"],
    ["[tunables]\nselfballoon_interval = 1.5\n", "selfballoon_interval must be a whole number"],
    [
      "[tunables]\n\nguard = \n",
      "c.toml: Invalid TOML at line 3, column 9: invalid value; nothing was started [ERR_CONFIG_INVALID]",
    ],
    ['[guests."web"]\nselfballooning = 2\n', 'guests."web"]: selfballooning must be 0 or 1, not "2"'],
    ['[backend]\nqmp = "/run/vm/*.qmp"\n', 'backend.qmp must be a list of texts, such as ["/run/vm/*.qmp"]'],
    [`# ${"x".repeat(262_144)}\n`, "of at most 256 KiB"],
  ])("is refused if it is %.60j", async (content, problem) => {
    const { home, file } = homeWith(content);
    const { exitCode, stdout, stderr } = await home.do("run", "--backend", "simulated", "--config", file, "--once");
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
    expect(stderr).toContain(problem);
    expect(stderr).toMatch(/^selfballoon: .*; nothing was started \[ERR_CONFIG_INVALID\]\n$|of at most 256 KiB/);
  });
});
