import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readProjectFile } from "../support/docs.ts";
import { bomOf, ELSEWHERE, HERE, release, released, sumsOf } from "./release.ts";
import { BUILD_DEADLINE_MS, bundled, version } from "./release-facts.ts";
import { hasTool, succeed } from "./tools.ts";

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

  it("installs the command that its unit starts, which runs", () => {
    const root = join(folder, "rpm-root");
    const how = ["--nodeps", "--noscripts", "--nosignature"];
    succeed("unshare", ["-r", "rpm", "--root", root, "-i", ...how, released(output, ".rpm")], folder);
    const unit = readFileSync(join(root, "usr/lib/systemd/system/selfballoon.service"), "utf8");
    expect(unit).toContain(" /usr/lib/selfballoon/selfballoon.mjs run");
    const script = join(root, "usr/share/selfballoon/schedulers/selfballoon-place");
    expect(statSync(script).mode & 0o777).toBe(0o755);
    const command = realpathSync(join(root, "usr/bin/selfballoon"));
    expect(command).toBe(join(root, "usr/lib/selfballoon/selfballoon.mjs"));
    expect(succeed(process.execPath, [command, "--version"], folder)).toBe(`${version}\n`);
  });

  it("has scripts that a shell reads", () => {
    const scripts = query("--scripts").replace(/^\w+ scriptlet \(using \/bin\/sh\):$/gm, "");
    expect(scripts).toContain("systemctl");
    succeed("sh", ["-n", "-c", scripts], folder);
  });
});
