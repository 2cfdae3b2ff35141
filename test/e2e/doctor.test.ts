import { mkdirSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { Tree } from "../support/trees.ts";

interface Finding {
  readonly level: string;
  readonly what: string;
  readonly remedy: string;
}

async function findings(root: string): Promise<readonly string[]> {
  const report: { findings: Finding[] } = JSON.parse(await new Home().succeed("doctor", "--json", "--root", root));
  return report.findings.map(({ level, what }) => `${level}: ${what}`);
}

describe("doctor", () => {
  it("finds a Xen guest without swap, and says what `run` would do there", async () => {
    const found = await findings(new Tree("xen/pv-idle").root);
    expect(found).toContain("ok: xen: this is a Xen guest (PV) with a balloon.");
    expect(found).toContainEqual(
      expect.stringMatching(/^warn: `run` would start and do nothing \(selfballooning=0, .*no compressed swap/),
    );
    expect(found).toContainEqual(
      expect.stringMatching(/^warn: There are 0 MiB of swap for 1024 MiB of RAM \(it has 445 MiB now\)/),
    );
    expect(found).toContainEqual(expect.stringMatching(/^warn: No compressed swap is in use/));
    expect(found).toContain("ok: The kernel reports memory pressure (PSI).");
  });

  it("tells of pressure that can't be read, and a step is taken all the same", async () => {
    const { root } = new Tree("xen/pv-idle");
    rmSync(`${root}/proc/pressure/memory`);
    mkdirSync(`${root}/proc/pressure/memory`);
    const home = new Home();
    const report: { findings: Finding[] } = JSON.parse(await home.succeed("doctor", "--json", "--root", root));
    const ofPressure = report.findings.filter(({ what }) => what.includes("pressure"));
    expect(ofPressure).toEqual([expect.objectContaining({ level: "warn", what: expect.stringContaining("EISDIR") })]);
    await home.succeed("run", "--once", "--selfballooning", "--root", root);
  });

  it("is content with a guest that has zram of all that it may have", async () => {
    const tree = new Tree("xen/pv-idle");
    tree.write("proc/swaps", new Tree("xen/pv-zram").read("proc/swaps"));
    tree.edit("proc/meminfo", /^SwapTotal: .*$/m, "SwapTotal: 1048572 kB");
    const found = await findings(tree.root);
    expect(found).toContain("ok: Compressed swap is in use: zram0.");
    expect(found).toContain("ok: There are 1024 MiB of swap for 1024 MiB of RAM (it has 445 MiB now).");
    expect(found).toContainEqual(
      expect.stringMatching(
        /^ok: `run` would start with selfballooning=1, frontswap_selfshrinking=1, .*reserved_mb=44\.$/,
      ),
    );
  });

  it("says that the initial domain is refused", async () => {
    expect(await findings(new Tree("xen/dom0").root)).toContainEqual(
      expect.stringMatching(/^fail: xen: .*disabled for domain0/),
    );
  });

  it("survives a tree with nothing in it, and says what is missing", async () => {
    const { folder } = new Home();
    const found = await findings(folder);
    expect(found).toContain(`info: xen: this is not a Xen guest: there is no ${folder}/sys/hypervisor/type.`);
    expect(found).toContain(`fail: There is no ${folder}/proc/meminfo.`);
  });

  it("says on a plain machine what `run` would find and start there, without advice on the swap of a guest", async () => {
    const { folder } = new Home();
    const tree = new Tree("xen/pv-idle");
    tree.write("sys/hypervisor/type", "kvm");
    const found = await findings(tree.root);
    expect(found).toContainEqual(expect.stringMatching(/^info: xen: this is not a Xen guest/));
    expect(found).toContain(
      "info: qemu: no QMP sockets are configured: name them with --qmp, or as qmp under [backend].",
    );
    expect(found).toContain("info: swap-only: this machine has no compressed swap.");
    expect(found).toContainEqual(expect.stringMatching(/^info: `run` would start simulated guests here/));
    expect(found.join()).not.toMatch(/MiB of swap|No compressed swap is in use/);
    expect((await findings(folder)).join()).toContain("would start simulated guests here");
  });

  it("warns of swap on ZFS where there is neither a balloon nor compressed swap", async () => {
    const tree = new Tree("xen/pv-idle");
    tree.write("sys/hypervisor/type", "kvm");
    tree.write("proc/swaps", "Filename Type Size Used Priority\n/dev/zd0 partition\t8388604\t0\t-2\n");
    expect(await findings(tree.root)).toContainEqual(expect.stringMatching(/^warn: Swap at \/dev\/zd0 lies on ZFS/));
  });

  it("looks after compressed swap also where there is no balloon, as `run` does", async () => {
    const tree = new Tree("xen/pv-idle");
    tree.write("sys/hypervisor/type", "kvm");
    tree.write("proc/swaps", new Tree("xen/pv-zram").read("proc/swaps"));
    tree.edit("proc/meminfo", /^SwapTotal: .*$/m, "SwapTotal: 1048572 kB");
    const found = await findings(tree.root);
    expect(found).toContain("ok: Compressed swap is in use: zram0.");
    expect(found).toContainEqual(expect.stringMatching(/^ok: Where `run` finds no balloon, it brings pages back/));
    expect(found.join()).not.toContain("simulated");
  });

  it("fails a backend that was asked for and is not there", async () => {
    const said = await new Home().succeed("doctor", "--qmp", "/nowhere/a.qmp");
    expect(said).toMatch(/^fail {2}qemu: there is no QMP socket at \/nowhere\/a\.qmp/m);
    expect(said).not.toContain("simulated");
  });

  it("tells whether a daemon runs, with remedies under what is wrong", async () => {
    const home = new Home();
    const tree = new Tree("xen/pv-idle");
    const doctor = () => home.succeed("doctor", "--root", tree.root);
    expect(await doctor()).toMatch(/^info {2}No daemon runs: /m);
    await home.daemon("--backend", "simulated");
    expect(await doctor()).toContain(`ok    A daemon answers at ${home.socket}.`);
    expect(await doctor()).toMatch(/^warn {2}There are 0 MiB of swap .*\n {6}fallocate -l 1024M /m);
  });

  it.each([
    ["proc/meminfo", "rubbish"],
    ["proc/swaps", "\0\0"],
    ["sys/hypervisor/type", Buffer.alloc(2_000_000, "x")],
  ])("survives a bad %s", async (path, content) => {
    const tree = new Tree("xen/pv-idle");
    tree.write(path, content);
    const { exitCode, stderr } = await new Home().do("doctor", "--root", tree.root);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });
});
