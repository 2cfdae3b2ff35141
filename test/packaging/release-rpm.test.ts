import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pinnedNode } from "../../scripts/release/own-node.ts";
import { readProjectFile } from "../support/docs.ts";
import { Jail } from "./jail.ts";
import { bomOf, ELSEWHERE, HERE, release, released, sumsOf } from "./release.ts";
import { BUILD_DEADLINE_MS, bundled, START_DEADLINE_MS, version } from "./release-facts.ts";
import { hasInstalled, hasTool, succeed } from "./tools.ts";

describe.skipIf(!["rpmbuild", "unshare"].map(hasTool).every(Boolean))("the RPM", () => {
  let folder: string;
  let output: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sb-release-"));
    output = join(folder, "one");
    release("rpm", output, HERE);
  }, BUILD_DEADLINE_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    "comes out the same, byte for byte, whoever builds it, and no Node is named",
    () => {
      const again = join(folder, "two");
      release("rpm", again, ELSEWHERE);
      expect(sumsOf(again)).toEqual(sumsOf(output));
      const bom = bomOf(released(output, ".cdx.json"));
      expect(bom.components.map(({ name }) => name).sort()).toEqual([...bundled].sort());
    },
    BUILD_DEADLINE_MS,
  );

  const query = (...args: readonly string[]): string =>
    succeed("rpm", ["-qp", ...args, released(output, ".rpm")], folder);

  it("asks for a Node that runs it, belongs to root, and keeps what an administrator changes", () => {
    expect(query("--queryformat", "%{NAME} %{VERSION} %{ARCH} %{BUILDHOST}")).toBe(
      `selfballoon ${version} noarch localhost`,
    );
    const { engines } = JSON.parse(readProjectFile("package.json")) as { engines: { node: string } };
    expect(query("--requires")).toContain(`nodejs >= 1:${engines.node.replace(/^>=/, "")}\n`);
    const owners = query("--queryformat", "[%{FILEUSERNAME}:%{FILEGROUPNAME} ]").trim().split(" ");
    expect([...new Set(owners)]).toEqual(["root:root"]);
    expect(query("--configfiles")).toBe("/etc/selfballoon/selfballoon.toml\n");
    expect(query("--licensefiles")).toMatch(/\/LICENSE\n.*\/NOTICE\n$/);
  });

  describe.skipIf(!hasInstalled("packaging/node"))(
    "installed by rpm, with its scripts, into a root with a Node",
    () => {
      let jail: Jail;
      const rpm = (...args: readonly string[]): void =>
        void succeed("unshare", ["-r", "rpm", "--root", jail.root, "--nodeps", ...args], folder);

      beforeAll(() => {
        jail = new Jail(join(folder, "rpm-root"));
        jail.put("/bin/sh");
        jail.put("/usr/bin/env");
        jail.put(pinnedNode().program, "/usr/bin/node");
        rpm("--install", "--nosignature", released(output, ".rpm"));
      }, BUILD_DEADLINE_MS);

      it("has the command, and scripts for schedulers that may be run", () => {
        expect(succeed("unshare", jail.inside(["/usr/bin/selfballoon", "--version"]), folder)).toBe(`${version}\n`);
        const script = join(jail.root, "usr/share/selfballoon/schedulers/selfballoon-place");
        expect(statSync(script).mode & 0o777).toBe(0o755);
      });

      it("starts as its unit has it, answers and ends well", { timeout: START_DEADLINE_MS }, async () => {
        await jail.startsAnswersAndEnds("usr/lib/systemd/system/selfballoon.service", "/usr/bin/selfballoon");
      });

      it("leaves nothing but what an administrator changed when it is erased", () => {
        const config = join(jail.root, "etc/selfballoon/selfballoon.toml");
        appendFileSync(config, "# changed\n");
        rpm("--erase", "selfballoon");
        expect(readFileSync(`${config}.rpmsave`, "utf8")).toMatch(/# changed\n$/);
        for (const path of [
          "etc/selfballoon/selfballoon.toml",
          "usr/bin/selfballoon",
          "usr/lib/selfballoon",
          "usr/share/selfballoon",
        ])
          expect(existsSync(join(jail.root, path)), path).toBe(false);
      });
    },
  );

  it("has scripts that a shell reads", () => {
    const scripts = query("--scripts").replace(/^\w+ scriptlet \(using \/bin\/sh\):$/gm, "");
    expect(scripts).toContain("systemctl");
    succeed("sh", ["-n", "-c", scripts], folder);
  });
});
