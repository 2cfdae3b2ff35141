import { describe, expect, it } from "vitest";
import { examineLibvirt } from "../../../../src/backends/libvirt/examine.ts";
import { VirshLibvirt } from "../../../../src/backends/libvirt/virsh-libvirt.ts";
import { FakeVirsh } from "../../../support/libvirt/fake-virsh.ts";

const AGENT = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>";

async function textsOf(memballoon: string, change: (virsh: FakeVirsh) => void = () => {}): Promise<string> {
  const virsh = new FakeVirsh();
  virsh.add("web", { memballoon, deflateOnOom: true });
  change(virsh);
  const libvirt = new VirshLibvirt("test:///", virsh.run);
  const findings = await examineLibvirt({ libvirt, nowMs: () => 0, nowS: () => 0 });
  return findings.map(({ level, what, remedy }) => `${level}: ${what} ${remedy}`).join("\n");
}

describe("doctor on a libvirt host", () => {
  it("finds nothing to mend but swap in a domain that has all else", async () => {
    const said = await textsOf(`<memballoon model='virtio' autodeflate='on'/>${AGENT}`);
    expect(said).toMatch(/^warn: web has no swap.*$/);
  });

  it("gives the XML that a domain without balloon needs", async () => {
    expect(await textsOf("<memballoon model='none'/>")).toMatch(
      /^fail: web has no balloon.* <memballoon model='virtio'/,
    );
  });

  it("gives the XML that a domain without agent needs", async () => {
    const said = await textsOf("<memballoon model='virtio'/>", (virsh) => {
      for (const { agent } of virsh.domains.values()) agent.running = false;
    });
    expect(said).toMatch(/warn: web has no port for a guest agent.*<channel type='unix'>/);
    expect(said).toContain("info: web has no deflate-on-oom");
  });

  it.each([
    ["<memoryBacking><hugepages/></memoryBacking>", "hugepages", "<hugepages/>"],
    ["<memoryBacking><locked/></memoryBacking>", "locked", "<locked/>"],
    ["<hostdev mode='subsystem' type='pci' managed='yes'/>", "VFIO", "<hostdev>"],
  ])("says that %s keeps what the balloon takes", async (xml, what, remedy) => {
    const said = await textsOf(`<memballoon model='virtio'/>${xml}`);
    expect(said).toMatch(new RegExp(`fail: web: .*${what}.*${remedy}`));
  });
});
