import { describe, expect, it } from "vitest";
import { probeXen } from "../../../../src/backends/xen/probe.ts";
import { MachineFiles } from "../../../../src/machine/files.ts";
import { Tree, XEN_MEMORY } from "../../../support/trees.ts";

const probe = (fixture: string, change: (tree: Tree) => void = () => {}) => {
  const tree = new Tree(fixture);
  change(tree);
  return probeXen(new MachineFiles(tree.root));
};

describe("the probe for Xen", () => {
  it.each([
    ["xen/pv-idle", "PV"],
    ["xen/pvh-ballooned", "PVH"],
  ])("finds the guest %s", (fixture, type) => {
    expect(probe(fixture)).toEqual({ usable: true, found: `a Xen guest (${type}) with a balloon` });
  });

  it("refuses the initial domain by xenfs, and by its feature bit where xenfs is not mounted", () => {
    const refusal = {
      usable: false,
      refused: true,
      because: expect.stringContaining("disabled for domain0") as string,
    };
    expect(probe("xen/dom0")).toEqual(refusal);
    expect(probe("xen/dom0", (tree) => tree.remove("proc/xen"))).toEqual(refusal);
    expect(probe("xen/dom0", (tree) => tree.remove("sys/hypervisor/properties"))).toEqual(refusal);
  });

  it("tells a machine without Xen", () => {
    const because = expect.stringContaining("not a Xen guest") as string;
    expect(probe("xen/pv-idle", (tree) => tree.remove("sys/hypervisor"))).toEqual({
      usable: false,
      refused: false,
      because,
    });
    expect(probe("xen/pv-idle", (tree) => tree.write("sys/hypervisor/type", "kvm\n"))).toEqual({
      usable: false,
      refused: false,
      because,
    });
  });

  it("tells a guest without the balloon driver", () => {
    const because = expect.stringContaining("no balloon driver") as string;
    expect(probe("xen/pv-idle", (tree) => tree.remove(XEN_MEMORY))).toEqual({ usable: false, refused: false, because });
  });
});
