import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { Tree } from "../support/trees.ts";

const SOCKETED = ["--config", "--root"];
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  run: [...SOCKETED, "--backend", "--set", "--dry-run", "--once", "--json", "--selfballooning", "--noselfshrink"],
  status: [...SOCKETED, "--json"],
  get: [...SOCKETED, "--json"],
  set: [...SOCKETED, "--json"],
  reset: [...SOCKETED, "--json"],
  doctor: [...SOCKETED, "--json"],
  release: [...SOCKETED, "--json"],
  record: [...SOCKETED, "--count", "--interval"],
  replay: ["--set"],
  simulate: ["--policy", "--trace", "--seed", "--minutes", "--json"],
  compare: ["--policies", "--html", "--seed", "--minutes", "--json"],
};

describe("help", () => {
  it("names every command, with examples and exit codes", async () => {
    const help = await new Home().succeed("--help");
    for (const command of Object.keys(OPTIONS)) expect(help).toMatch(new RegExp(`^ {2}${command} `, "m"));
    expect(help).toContain("Examples:\n  selfballoon doctor ");
    expect(help).toContain("Exit codes: 0 ok, 1 bug or fault, 2 usage");
  });

  it.each(Object.entries(OPTIONS))("of %s names its options", async (command, options) => {
    const help = await new Home().succeed(command, "--help");
    expect(help).toMatch(new RegExp(`^Usage: selfballoon ${command}`));
    for (const option of options) expect(help).toMatch(new RegExp(`^ +${option}\\b`, "m"));
  });

  it.each([["--help"], ["run", "--help"], ["--version"]])("ends quietly when its reader goes: %s", async (...args) => {
    const help = new Home().start(...args);
    help.child.stdout.destroy();
    expect(await help.ended()).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it.each(["simulate", "compare"])(
    "of %s lists scenarios and policies, and says which one `run` has",
    async (command) => {
      for (const args of [
        [command, "--help"],
        ["help", command],
      ]) {
        const help = await new Home().succeed(...args);
        for (const name of ["mixed", "database", "static", "guarded", "proxmox"]) {
          expect(help).toMatch(new RegExp(`^ {2}${name} +[A-Z]`, "m"));
        }
        expect(help).toContain("`run --policy driver`");
      }
    },
  );

  it("of a command that there is not says which may have been meant", async () => {
    const asked = await new Home().do("help", "statuss");
    expect(asked).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringContaining("unknown command 'statuss' (Did you mean status?)"),
    });
    expect(await new Home().succeed("help", "status")).toContain("Usage: selfballoon status");
  });

  it("of release says what becomes of the guests, with and without a daemon", async () => {
    const help = await new Home().succeed("release", "--help");
    for (const words of ["selfballoon resume GUEST", "selfballooning is 0 until", "Where none runs"])
      expect(help).toContain(words);
  });

  it("of doctor tells its levels and its exit code", async () => {
    expect(await new Home().succeed("doctor", "--help")).toContain("The exit code is 0 whatever is found");
  });

  it("is what one gets for nothing, as a usage error", async () => {
    const { exitCode, stderr } = await new Home().do();
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining("Commands:") });
  });

  it("tells the version", async () => {
    expect(await new Home().succeed("--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("a slip of the keyboard", () => {
  it.each([
    [["statsu"], "Did you mean status?"],
    [["run", "--bakend", "xen"], "Did you mean --backend?"],
    [["run", "--backend", "xne"], "Allowed choices are auto, xen,"],
    [["get", "selfbalooning"], "did you mean selfballooning?"],
    [["set", "selfballon_interval=3"], "did you mean selfballoon_interval?"],
    [["reset", "frontswap_intertia"], "did you mean frontswap_inertia?"],
    [["run", "--set", "gaurd=1"], "did you mean guard?"],
    [["replay", "-", "--set", "gaurd=1"], "did you mean guard?"],
    [["set", "selfballooning"], "NAME=VALUE"],
    [["set", "=1"], "NAME=VALUE"],
    [["set"], "missing required argument 'NAME=VALUE'"],
    [["run", "xen"], "too many arguments"],
    [["record", "x", "--count", "0"], "whole number from 1"],
    [["replay", "nowhere"], "no such file"],
  ])("in %j is answered with what was probably meant", async (args, hint) => {
    const { exitCode, stdout, stderr } = await new Home().do(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(hint);
  });
});

describe("a command line that is not understood", () => {
  it.each([
    [["reset"], "missing required argument 'NAME'; see selfballoon reset --help"],
    [["statsu"], "unknown command 'statsu' (Did you mean status?); see selfballoon --help"],
    [["run", "--backend", "kvm"], "option '--backend <KIND>' argument 'kvm' is invalid. Allowed choices are auto"],
    [["completion", "ksh"], "command-argument value 'ksh' is invalid for argument 'SHELL'"],
    [["top", "--interval", "x"], "It must be a whole number from 1 to 999999999; see selfballoon top --help"],
  ])("is an error like any other: %j", async (args, problem) => {
    const { exitCode, stdout, stderr } = await new Home().do(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^selfballoon: .* \[ERR_USAGE\]\n$/);
    expect(stderr).toContain(problem);
  });

  it("is one JSON object under --json", async () => {
    const { exitCode, stdout, stderr } = await new Home().do("status", "--json", "--frobnicate");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(JSON.parse(stderr)).toEqual({
      code: "ERR_USAGE",
      message: "unknown option '--frobnicate'; see selfballoon status --help",
      details: { problem: "unknown option '--frobnicate'; see selfballoon status --help" },
    });
  });

  it("ends a hint well where more is said after it", async () => {
    const { stderr } = await new Home().do("get", "selfballon_interval");
    expect(stderr).toContain('"selfballon_interval" (did you mean selfballoon_interval?); nothing was changed');
  });
});

describe("output that is no terminal", () => {
  it.each([{}, { NO_COLOR: "1" }])("has no colours under %j", async (env) => {
    const home = new Home();
    Object.assign(home.env, env);
    await home.daemon("--backend", "simulated");
    const { root } = new Tree("xen/pv-idle");
    const output = [
      await home.succeed("get"),
      await home.succeed("status"),
      await home.succeed("doctor", "--root", root),
    ];
    expect(output.join("")).not.toContain("\u001b");
  });
});

describe("errors under --json", () => {
  it("are one JSON object with code, message and details", async () => {
    const { exitCode, stderr } = await new Home().do("status", "--json");
    expect(exitCode).toBe(4);
    expect(JSON.parse(stderr)).toMatchObject({ code: "ERR_NO_DAEMON", details: { problem: expect.any(String) } });
  });
});
