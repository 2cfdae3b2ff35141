import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT, readProjectFile } from "../support/docs.ts";
import { hasTool, run, succeed } from "./tools.ts";

const BUILD_DEADLINE_MS = 300_000;
const EPOCH = "1700000000";

describe.skipIf(!hasTool("dpkg-deb"))("the Debian package", () => {
  let folder: string;
  let deb: string;
  let tree: string;

  const build = (name: string, umask: string, timeZone: string): string => {
    const output = join(folder, name);
    const script = `umask ${umask}; exec npm run --silent deb -- --output ${output}`;
    succeed("sh", ["-c", script], PROJECT, { SOURCE_DATE_EPOCH: EPOCH, TZ: timeZone });
    return join(output, readdirSync(output)[0] ?? "nothing.deb");
  };
  const ask = (field: string): string => succeed("dpkg-deb", ["--field", deb, field], folder).trim();
  const read = (path: string): string => readFileSync(join(tree, path), "utf8");

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sb-deb-"));
    deb = build("one", "022", "UTC");
    tree = join(folder, "tree");
    succeed("dpkg-deb", ["--raw-extract", deb, tree], folder);
  }, BUILD_DEADLINE_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    "comes out the same, byte for byte, whoever builds it",
    () => {
      expect(readFileSync(build("two", "077", "Asia/Tokyo")).equals(readFileSync(deb))).toBe(true);
    },
    BUILD_DEADLINE_MS,
  );

  it("belongs to root, and nobody else may write it", () => {
    const listing = succeed("dpkg-deb", ["--contents", deb], folder).trim().split("\n");
    expect(listing.length).toBeGreaterThan(50);
    for (const line of listing) expect(line).toMatch(/^([d-]rw[x-]r-[x-]r-[x-]|lrwxrwxrwx) root\/root .* 2023-11-14 /);
  });

  it("has the version of the program, and asks for a Node that runs it", () => {
    const { version, engines } = JSON.parse(readProjectFile("package.json")) as {
      version: string;
      engines: { node: string };
    };
    expect(ask("Version")).toBe(version);
    expect(ask("Depends")).toBe(`nodejs (${engines.node.replace(/^>=/, ">= ")})`);
    expect(ask("Architecture")).toBe("all");
  });

  it("installs the command that its unit starts, and the unit of the guides", () => {
    const unit = read("usr/lib/systemd/system/selfballoon.service");
    expect(unit).toBe(readProjectFile("packaging/systemd/selfballoon.service"));
    expect(unit).toContain(" /usr/lib/selfballoon/selfballoon.mjs run");
    const version = succeed(process.execPath, [join(tree, "usr/bin/selfballoon"), "--version"], folder).trim();
    expect(version).toBe(ask("Version"));
    expect(read("usr/bin/selfballoon")).toMatch(/^#!\/usr\/bin\/node\n/);
  });

  it("has the drop-ins and the other units as examples", () => {
    const examples = readdirSync(join(tree, "usr/share/doc/selfballoon/examples/systemd"));
    expect([...examples, "selfballoon.service"].sort()).toEqual(readdirSync(join(PROJECT, "packaging/systemd")).sort());
  });

  it.each(["hooks", "schedulers"])("has the %s of the guides, which may be run", (kind) => {
    const folder = join(tree, "usr/share/selfballoon", kind);
    expect(readdirSync(folder).sort()).toEqual(readdirSync(join(PROJECT, "packaging", kind)).sort());
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o755);
  });

  it("keeps what an administrator changes in the configuration", () => {
    expect(read("DEBIAN/conffiles")).toBe("/etc/selfballoon/selfballoon.toml\n");
    expect(read("etc/selfballoon/selfballoon.toml")).toBe(readProjectFile("packaging/selfballoon.toml"));
  });

  it("has the manual, completions for all shells, and what the licences ask for", () => {
    const manual = gunzipSync(readFileSync(join(tree, "usr/share/man/man8/selfballoon.8.gz"))).toString();
    expect(manual).toBe(readProjectFile("packaging/man/selfballoon.8"));
    const shells = ["bash-completion/completions/selfballoon", "zsh/vendor-completions/_selfballoon"];
    for (const path of [...shells, "fish/vendor_completions.d/selfballoon.fish"])
      expect(read(`usr/share/${path}`)).toContain("selfballoon");
    const copyright = read("usr/share/doc/selfballoon/copyright");
    for (const [, name = ""] of readProjectFile("NOTICE").matchAll(/^- ([^,]+), Copyright/gm))
      expect(copyright).toContain(`Files: node_modules/${name}/*\n`);
    expect(copyright).toContain("THE SOFTWARE IS PROVIDED");
    expect(copyright).toContain("/usr/share/common-licenses/Apache-2.0");
  });

  it.skipIf(!hasTool("lintian"))("has nothing that lintian complains of", { timeout: BUILD_DEADLINE_MS }, () => {
    const { exitCode, stdout } = run("lintian", ["--fail-on", "error,warning", "--allow-root", deb], folder);
    expect(stdout).toBe("");
    expect(exitCode).toBe(0);
  });
});
