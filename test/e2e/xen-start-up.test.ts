import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { Tree, XEN_MEMORY } from "../support/trees.ts";
import { until } from "../support/until.ts";

const once = (tree: Tree, ...args: readonly string[]) =>
  new Home().do("run", "--root", tree.root, "--once", "--json", "--set", "guard=0", ...args);

/** A guest whose kernel was booted with `words`, with or without zram. */
function guest(words: string, hasZram: boolean): Tree {
  const tree = new Tree("xen/pv-idle");
  tree.write("proc/cmdline", `console=hvc0 ${words} quiet\n`);
  if (!hasZram) return tree;
  tree.write("proc/swaps", "Filename Type Size Used Priority\n/dev/zram0 partition 524284 0 100\n");
  tree.write("sys/block/zram0/mm_stat", "0 0 0 0 0 0 0 0 0\n");
  return tree;
}

/** Which loops start: `reason` is `off` without selfballooning; null where neither does. */
async function loops(tree: Tree, ...args: readonly string[]): Promise<string | null> {
  const { exitCode, stdout, stderr } = await once(tree, "--backend", "xen", ...args);
  if (exitCode === 0) return JSON.parse(stdout).reason === "off" ? "self-shrinking alone" : "selfballooning";
  expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: expect.stringContaining("(ENODEV)") });
  expect(stdout).toBe("");
  return null;
}

/** Whether the guest's worker is `armed` or `idle`. */
async function stateOf(home: Home): Promise<string | undefined> {
  return /"state":"(\w+)"/.exec(JSON.stringify((await home.ask("GET", "/v1/guests")).body))?.[1];
}

describe("start-up in a Xen guest", () => {
  it.each([
    ["", false, null],
    ["selfballooning", false, "selfballooning"],
    ["tmem.selfballooning=1", false, "selfballooning"],
    ["selfballooning noselfballooning", false, null],
    ["", true, "selfballooning"],
    ["noselfballooning", true, "self-shrinking alone"],
    ["noselfballooning noselfshrink", true, null],
    ["noselfballooning tmem.selfshrink=0", true, null],
    ["notselfballooning", false, null],
    ["selfballooning=0", false, "selfballooning"],
    ["tmem.selfballooning", false, "selfballooning"],
    ["selfballooning tmem.selfballooning=off", false, null],
    ["-- selfballooning", false, null],
    ['init="/sbin/init selfballooning"', false, null],
  ])("booted with %j, zram %s, starts %s", async (words, hasZram, expected) => {
    expect(await loops(guest(words, hasZram))).toBe(expected);
  });

  it.each([
    ["--selfballooning", false, "selfballooning"],
    ["--tmem.selfballooning=1", false, "selfballooning"],
    ["--noselfballooning", true, "self-shrinking alone"],
    ["--tmem.selfballooning", false, "selfballooning"],
    ["--selfballooning=yes", false, "selfballooning"],
    ["--set=selfballooning=1", false, "selfballooning"],
  ])("given %s, zram %s, starts %s", async (flag, hasZram, expected) => {
    expect(await loops(guest("", hasZram), flag)).toBe(expected);
  });

  it("lets a flag beat the kernel's command line", async () => {
    expect(await loops(guest("selfballooning", false), "--noselfballooning")).toBe(null);
    expect(await loops(guest("noselfballooning", false), "--selfballooning")).toBe("selfballooning");
  });

  it("lets the last of several flags win", async () => {
    expect(await loops(guest("", false), "--noselfballooning", "--selfballooning")).toBe("selfballooning");
    expect(await loops(guest("", false), "--tmem.selfballooning=on", "--noselfballooning")).toBe(null);
  });

  it.each([
    ["noselfballooning noselfshrink", true, "both were turned off"],
    ["", false, "no compressed swap is configured"],
  ])("booted with %j, zram %s, stays idle until a write arms it", async (words, hasZram, because) => {
    const tree = guest(words, hasZram);
    const target = () => tree.read(`${XEN_MEMORY}/target_kb`);
    const before = target();
    const home = new Home();
    const args = ["--backend", "xen", "--root", tree.root, "--set", "selfballoon_interval=1", "--set", "guard=0"];
    const daemon = await home.daemon(...args);
    await daemon.says("stderr", new RegExp(`warn +Neither loop is on, so nothing is moved: ${because}`));
    await until("the worker to go idle", async () => (await stateOf(home)) === "idle" || null);
    expect(target()).toBe(before);
    await home.succeed("set", "selfballooning=1");
    await until("the balloon to be moved", () => target() !== before || null);
    daemon.kill("SIGTERM");
    expect((await daemon.ended()).exitCode).toBe(0);
  });

  it("goes idle on a reload that turns both loops off, and is armed by the next", async () => {
    const home = new Home();
    const file = join(home.folder, "c.toml");
    const configure = (value: number) => writeFileSync(file, `[tunables]\nselfballooning = ${value}\n`);
    configure(1);
    const tree = guest("", false);
    const args = ["--config", file, "--backend", "xen", "--root", tree.root, "--set", "selfballoon_interval=1"];
    const daemon = await home.daemon(...args);
    await daemon.says("stderr", /A guest was found/);
    for (const [value, expected] of [
      [0, "idle"],
      [1, "armed"],
    ] as const) {
      configure(value);
      daemon.kill("SIGHUP");
      await until(`the worker to be ${expected}`, async () => (await stateOf(home)) === expected || null);
    }
  });

  it("refuses a flag whose value the kernel would not have taken", async () => {
    const ended = await once(guest("", false), "--tmem.selfballooning", "7");
    expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("must be a boolean such as 0 or 1") });
  });

  it.each(["xen", "auto"])("is refused to Xen's initial domain in the driver's words (--backend %s)", async (kind) => {
    const tree = new Tree("xen/dom0");
    const before = tree.read(`${XEN_MEMORY}/target_kb`);
    const { exitCode, stdout, stderr } = await once(tree, "--backend", kind, "--selfballooning");
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: "" });
    expect(stderr).toContain("Xen selfballooning driver disabled for domain0");
    expect(tree.read(`${XEN_MEMORY}/target_kb`)).toBe(before);
  });

  it("says which file a machine without Xen, or without a balloon, lacks", async () => {
    const tree = new Tree("xen/pv-idle");
    tree.remove(XEN_MEMORY);
    expect((await once(tree, "--backend", "xen")).stderr).toContain(`there is no ${tree.root}/${XEN_MEMORY}/target_kb`);
    tree.remove("sys/hypervisor");
    const { exitCode, stderr } = await once(tree, "--backend", "xen");
    expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: expect.stringContaining("this is not a Xen guest") });
  });

  it("finds the guest by itself", async () => {
    const { stdout } = await once(guest("selfballooning", false));
    expect(JSON.parse(stdout)).toMatchObject({ guest: "guest", targetPages: 101_376 });
  });
});
