import { describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../../src/backends/libvirt/backend.ts";
import { VirshLibvirt } from "../../../../src/backends/libvirt/virsh-libvirt.ts";
import { FakeVirsh } from "../../../support/libvirt/fake-virsh.ts";
import { onlyConnection } from "../../../support/libvirt/only-connection.ts";

const AGENT = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>";

async function textsOf(memballoon: string, change: (virsh: FakeVirsh) => void = () => {}): Promise<string> {
  const virsh = new FakeVirsh();
  virsh.add("web", { memballoon, deflateOnOom: true });
  change(virsh);
  const backend = createLibvirtBackend({
    connections: onlyConnection(() => new VirshLibvirt("test:///", virsh.run)),
    nowMs: () => 0,
    nowS: () => 0,
  });
  const [first, ...findings] = await backend.examine({ found: "libvirt at test:///", explainHeld: () => null });
  expect(first).toEqual({ level: "info", what: "libvirt: libvirt at test:///.", remedy: "" });
  return findings.map(({ level, what, remedy }) => `${level}: ${what} ${remedy}`).join("\n");
}

describe("doctor on a libvirt host", () => {
  it("finds nothing to remedy but swap in a domain that has all else", async () => {
    const said = await textsOf(`<memballoon model='virtio' autodeflate='on' freePageReporting='on'/>${AGENT}`);
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
    expect(said).toMatch(/info: web has no free page reporting: .*freePageReporting='on'/);
  });

  it.each([
    ["<memoryBacking><hugepages/></memoryBacking>", "hugepages", "<hugepages/>"],
    ["<memoryBacking><locked/></memoryBacking>", "locked", "<locked/>"],
    ["<hostdev mode='subsystem' type='pci' managed='yes'/>", "VFIO", "<hostdev>"],
    ["<interface type='hostdev'/>", "VFIO", "<hostdev>"],
    ["<hostdev mode='subsystem' type='mdev' model='vfio-pci'/>", "mdev", "<hostdev type='mdev'>"],
    ["<interface type='vdpa'/>", "vDPA", "<interface type='vdpa'>"],
    ["<disk type='nvme' device='disk'/>", "disk", "type='nvme'"],
    ['<launchSecurity type="sev"/>', "SEV\\)", "Do not name"],
    ["<launchSecurity type='sev-snp'/>", "SEV-SNP", "Do not name"],
    ["<launchSecurity type='tdx'/>", "TDX", "Do not name"],
    ["<launchSecurity type='s390-pv'/>", "protected guest", "Do not name"],
    ["<launchSecurity type='cca'/>", "confidential guest", "Do not name"],
  ])("says that %s keeps what the balloon takes", async (xml, what, remedy) => {
    const said = await textsOf(`<memballoon model='virtio'/>${xml}`);
    expect(said).toMatch(new RegExp(`fail: web: .*${what}.*${remedy}`));
  });

  it.each([
    "<hostdev mode='subsystem' type='mdev' model='vfio-ap'/>",
    "<hostdev mode='subsystem' type='mdev' model='vfio-ccw'/>",
    "<hostdev mode='subsystem' type='usb'/>",
    "<metadata><note><hostdev type='pci'/></note></metadata>",
  ])("has nothing against %s", async (xml) => {
    expect(await textsOf(`<memballoon model='virtio'/>${AGENT}${xml}`)).not.toContain("fail");
  });

  it("tells blocked commands from a missing agent", async () => {
    const said = await textsOf(`<memballoon model='virtio'/>${AGENT}`, (virsh) => {
      for (const { agent } of virsh.domains.values()) agent.forbidden = ["guest-info", "guest-file-read"];
    });
    expect(said).toMatch(/warn: web: its guest agent answers, but .* blocked: guest-file-read\. So .* block-rpcs/);
  });

  it("does not judge a domain that is paused", async () => {
    const said = await textsOf(
      `<memballoon model='virtio' autodeflate='on' freePageReporting='on'/>${AGENT}`,
      (virsh) => virsh.paused.add("web"),
    );
    expect(said).toMatch(/^info: web is paused; .* could not be judged\. $/);
  });
});
