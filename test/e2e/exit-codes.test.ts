import { chmodSync, chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Command } from "../support/command.ts";
import { Home } from "../support/home.ts";
import { Tree, XEN_MEMORY } from "../support/trees.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

/** As somebody without privilege, which root can become and everybody else is. */
async function unprivileged(home: Home, ...args: readonly string[]) {
  const surroundings = { env: home.env, cwd: "/" };
  return new Command(args, isRoot ? { ...surroundings, uid: NOBODY, gid: NOBODY } : surroundings).ended();
}

describe("the exit code", () => {
  it("0 is success", async () => {
    const { root } = new Tree("xen/pv-idle");
    expect(await new Home().do("run", "--root", root, "--selfballooning", "--once")).toMatchObject({ exitCode: 0 });
  });

  it("1 is a fault of the machine or of our own", async () => {
    const tree = new Tree("xen/pv-idle");
    tree.write("proc/meminfo", "");
    expect(await new Home().do("run", "--root", tree.root, "--selfballooning")).toMatchObject({ exitCode: 1 });
  });

  it("2 is a command that is not understood", async () => {
    expect(await new Home().do("run", "--frobnicate")).toMatchObject({ exitCode: 2 });
  });

  it("3 is a bad configuration", async () => {
    const home = new Home();
    const file = join(home.folder, "c.toml");
    writeFileSync(file, "[tunables]\nguard = 3\n");
    for (const command of [["run"], ["status"], ["get"], ["record", "-"]]) {
      const { exitCode, stderr } = await home.do(...command, "--config", join(home.folder, "none.toml"));
      expect({ command, exitCode, stderr }).toMatchObject({
        exitCode: 3,
        stderr: expect.stringContaining("none.toml"),
      });
    }
    expect(await home.do("run", "--backend", "simulated", "--config", file)).toMatchObject({ exitCode: 3 });
  });

  it("4 is no usable balloon, and no daemon", async () => {
    const home = new Home();
    expect(await home.do("run", "--backend", "xen", "--root", home.folder)).toMatchObject({ exitCode: 4 });
    for (const command of [["status"], ["get"], ["set", "guard=1"], ["reset", "guard"]]) {
      const { exitCode, stderr } = await home.do(...command);
      expect({ command, exitCode, stderr }).toMatchObject({
        exitCode: 4,
        stderr: expect.stringContaining(home.socket),
      });
    }
  });

  it("5 is a missing permission to write the target", async () => {
    const home = new Home();
    const tree = new Tree("xen/pv-idle");
    if (isRoot) chownSync(home.folder, NOBODY, NOBODY);
    chmodSync(tree.root, 0o755);
    chmodSync(join(tree.root, XEN_MEMORY, "target_kb"), 0o444);
    const args = ["run", "--backend", "xen", "--root", tree.root, "--selfballooning", "--once", "--set", "guard=0"];
    const { exitCode, stderr } = await unprivileged(home, ...args);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 5,
      stderr: expect.stringContaining("target_kb must be writable"),
    });
  });

  it("5 is a missing permission to make a socket", async () => {
    const home = new Home();
    chmodSync(home.folder, 0o555);
    const { exitCode, stderr } = await unprivileged(home, "run", "--backend", "simulated");
    expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: expect.stringContaining("another api.socket") });
  });

  it("5 is a file that can't be written", async () => {
    const home = new Home();
    const recording = join(home.folder, "r.jsonl");
    await home.daemon("--backend", "simulated");
    await home.succeed("record", recording, "--count", "2");
    const nowhere = join(home.folder, "none", "file");
    for (const command of [
      ["record", nowhere, "--count", "1"],
      ["report", recording, "--output", nowhere],
      ["compare", "idle", "--minutes", "1", "--policies", "static", "--html", nowhere],
    ]) {
      const { exitCode, stderr } = await home.do(...command);
      expect({ command, exitCode, stderr }).toEqual({
        command,
        exitCode: 5,
        stderr: expect.stringMatching(
          /file must be a file that can be written, .*; nothing was written \[ERR_UNWRITABLE\]/,
        ),
      });
    }
  });

  it("5 is a missing permission to use the socket", async () => {
    const home = new Home();
    chmodSync(home.folder, 0o755);
    await home.daemon("--backend", "simulated");
    // Who can't become another user is the owner: take the permission from the owner.
    if (!isRoot) chmodSync(home.socket, 0);
    const { exitCode, stderr } = await unprivileged(home, "status");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 5,
      stderr: expect.stringContaining("member of the socket's group"),
    });
  });

  it("6 is another daemon", async () => {
    const home = new Home();
    await home.daemon("--backend", "simulated");
    const { exitCode, stderr } = await home.do("run", "--backend", "simulated");
    expect({ exitCode, stderr }).toEqual({ exitCode: 6, stderr: expect.stringContaining("nothing was started") });
  });
});
