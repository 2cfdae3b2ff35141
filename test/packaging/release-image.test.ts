import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { until } from "../support/until.ts";
import { bomOf, ELSEWHERE, HERE, release, released, smallProgram, sumsOf } from "./release.ts";
import { BUILD_DEADLINE_MS, bundled, HOME, SIMULATED, START_DEADLINE_MS, version } from "./release-facts.ts";
import { hasInstalled, hasTool, lacks, run, succeed } from "./tools.ts";

/** Whether the files of an image can be looked at here; where they can't, says so in one line. */
function mayMount(): boolean {
  return process.getuid?.() === 0 || lacks("root's rights, which podman image mount asks for");
}

/** A folder in which Podman would keep what it knows of other containers of ours, removed when the test ends. */
function othersState(): string {
  const folder = process.getuid?.() === 0 ? "/run/libpod" : join(tmpdir(), "selfballoon-libpod");
  const state = join(folder, "selfballoon-test");
  mkdirSync(state, { recursive: true });
  onTestFinished(() => rmSync(state, { recursive: true, force: true }));
  return state;
}

const canBuild = [...["podman", "runc"].map(hasTool), hasInstalled("packaging/node")].every(Boolean);

describe.skipIf(!canBuild)("the OCI image", () => {
  let folder: string;
  const podman = (...args: readonly string[]): readonly string[] => [
    ...[
      "--root",
      join(folder, "podman"),
      "--runroot",
      join(folder, "podman-run"),
      "--tmpdir",
      join(folder, "podman-tmp"),
    ],
    // On this side of control groups and limits there are kernels of all kinds.
    ...["--runtime", "runc", "--cgroup-manager", "cgroupfs"],
    ...args,
  ];
  const name = `localhost/selfballoon:${version}`;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sb-release-"));
    const output = join(folder, "one");
    release("image", output, HERE);
    succeed("podman", podman("load", "-i", released(output, ".oci.tar")), folder);
  }, BUILD_DEADLINE_MS);
  afterAll(() => {
    run("podman", podman("system", "reset", "--force"), folder);
    rmSync(folder, { recursive: true, force: true });
  }, START_DEADLINE_MS);

  it(
    "comes out the same, byte for byte, whoever builds it, and what other containers have stays",
    () => {
      const small = smallProgram(folder);
      const state = othersState();
      const [here, elsewhere] = [join(folder, "here"), join(folder, "elsewhere")];
      release("image", here, HERE, small);
      release("image", elsewhere, ELSEWHERE, small);
      expect(sumsOf(elsewhere)).toEqual(sumsOf(here));
      expect(existsSync(state)).toBe(true);
    },
    BUILD_DEADLINE_MS,
  );

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
    const bom = bomOf(join(mounted, HOME, "sbom.cdx.json"));
    const packages = readdirSync(join(mounted, "usr/share/doc"));
    expect(packages).toEqual(expect.arrayContaining(["libc6", "libstdc++6"]));
    expect(bom.components.map((one) => one.name).sort()).toEqual([...bundled, "node", ...packages].sort());
    expect(readdirSync(join(mounted, "usr/bin"))).toEqual(["selfballoon"]);
    succeed("podman", podman("image", "unmount", name), folder);
  });
});
