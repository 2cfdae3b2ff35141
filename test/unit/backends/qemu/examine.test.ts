import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createQemuBackend } from "../../../../src/backends/qemu/backend.ts";
import type { Finding } from "../../../../src/core/finding.ts";
import { PATIENCE_MS } from "../../../support/patience.ts";
import { FakeQemu, type FakeQemuOptions } from "../../../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

/** For a peer that never answers; the others have all the time they need. */
const SILENCE_MS = 3000;

const WITH_ALL = { deflateOnOom: true };
const REPORTING = { "/machine/peripheral/balloon0 free-page-reporting": true };
const UNTOLD = "18446744073709551615";

describe("doctor on a QEMU host", () => {
  const directory = socketDirectory();
  afterAll(() => directory.remove());
  let qemu: FakeQemu | undefined;

  afterEach(() => qemu?.close());

  async function start(options: Partial<FakeQemuOptions> = {}): Promise<FakeQemu> {
    qemu = await FakeQemu.start(directory.path, { name: "web", ...options });
    qemu.properties = REPORTING;
    return qemu;
  }

  /** What is said of the guests, after the first line, which is about the sockets. */
  async function examine(deadlineMs = PATIENCE_MS): Promise<readonly Finding[]> {
    const clocks = { nowMs: () => performance.now(), nowS: () => 0 };
    const backend = createQemuBackend({
      qmp: [`${directory.path}/*.qmp`],
      agent: null,
      deadlineMs,
      ...clocks,
    });
    const [first, ...findings] = await backend.examine({ found: "1 QMP socket", explainHeld: () => null });
    expect(first).toEqual({ level: "info", what: "qemu: 1 QMP socket.", remedy: "" });
    return findings;
  }

  const texts = async (deadlineMs = PATIENCE_MS): Promise<string> =>
    (await examine(deadlineMs)).map(({ level, what, remedy }) => `${level}: ${what} ${remedy}`).join("\n");

  it("finds nothing to remedy but swap in a guest that has all else", async () => {
    await start(WITH_ALL);
    const findings = await examine();
    expect(findings).toMatchObject([{ level: "warn", what: expect.stringContaining("web has no swap") }]);
  });

  it("calls a machine by its socket where it claims a neighbour's name, or that of all guests", async () => {
    await start({ ...WITH_ALL, balloon: false });
    const others = await Promise.all(
      ["web", "*"].map((machineName, index) =>
        FakeQemu.start(directory.path, { name: `other${index}`, machineName, balloon: false }),
      ),
    );
    const named = (await examine()).map(({ what }) => what.split(" ")[0]);
    await Promise.all(others.map((other) => other.close()));
    expect(named).toEqual(["other0", "other1", "web"]);
  });

  it("says nothing to a neighbour's sockets, of which a machine says that its agent is there", async () => {
    const liar = await start(WITH_ALL);
    const neighbour = await FakeQemu.start(directory.path, { name: "neighbour", balloon: false });
    for (const path of [neighbour.qmpPath, neighbour.agentPath]) {
      liar.agentSays = path;
      expect(await texts()).toMatch(/web: the socket of its guest agent is called after neither.* Name it as `agent`/);
    }
    const { served } = neighbour.agentSocket;
    await neighbour.close();
    expect(served).toBe(2); // by each look at itself
  });

  it("says that a machine can't be read whose numbers can't be, not that it is estimated", async () => {
    const fake = await start(WITH_ALL);
    fake.answers.set("query-balloon", { actual: 2 ** 52 });
    const text = await texts();
    expect(text).toMatch(/^fail: web can't be read, and so it is not moved: .*query-balloon/m);
    expect(text).not.toContain("estimated");
  });

  it("names the device that a guest without balloon needs", async () => {
    await start({ balloon: false });
    expect(await texts()).toMatch(/^fail: web has no balloon device.* -device virtio-balloon-pci,id=balloon0/);
  });

  it("tells an agent that does not run from a port that is not there", async () => {
    await start({ agent: false });
    expect(await texts()).toMatch(
      /warn: web has no guest agent that answers: .*estimated.*install and start qemu-guest/,
    );
  });

  it("tells of free page reporting where a machine has none", async () => {
    const fake = await start(WITH_ALL);
    fake.properties = {};
    expect(await texts()).toMatch(/info: web has no free page reporting: .* worth having.* free-page-reporting=on/);
    fake.devices = ["vfio-pci"];
    expect(await texts()).not.toContain("free page reporting");
  });

  it("wants swap of at least what the guest may have at most", async () => {
    const fake = await start(WITH_ALL);
    fake.guest.setTarget(256 * 1_048_576);
    const swapOf = (mib: number) => {
      const meminfo = fake.guest.file("/proc/meminfo")?.replace(/^SwapTotal:.*$/m, `SwapTotal: ${mib * 1024} kB`) ?? "";
      fake.guest.files = { "/proc/meminfo": meminfo };
    };
    swapOf(300);
    expect(await texts()).toMatch(/^warn: web has 300 MiB of swap for at most 512 MiB of RAM/m);
    swapOf(512);
    expect(await texts()).toBe("ok: web has a balloon, an agent, statistics and free page reporting. ");
  });

  describe("says of memory that does not come free", () => {
    it.each([
      ["vfio-pci", /VFIO device.* -device vfio-pci/],
      ["vfio-pci-nohotplug", /VFIO device/],
      ["vhost-vdpa-device-pci", /vDPA device/],
    ])("that %s pins it", async (type, said) => {
      (await start()).devices = [type];
      expect(await texts()).toMatch(new RegExp(`fail: web: it has a ${said.source}`));
    });

    it.each(["vfio-ap", "vfio-ccw", "virtio-net-pci"])("nothing because of %s", async (type) => {
      (await start(WITH_ALL)).devices = [type];
      expect(await texts()).not.toContain("fail");
    });

    it("that a mediated device pins it, unless the operator allows the balloon beside it", async () => {
      const fake = await start(WITH_ALL);
      fake.devices = ["vfio-pci"];
      const at = "/machine/peripheral/vfio-pci";
      const mediated = { [`${at} sysfsdev`]: "/sys/bus/mdev/devices/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001" };
      fake.properties = mediated;
      expect(await texts()).toMatch(/fail: web: it has a mediated device \(mdev, such as a vGPU\)/);
      fake.properties = { ...mediated, [`${at} x-balloon-allowed`]: true };
      expect(await texts()).not.toContain("fail");
    });

    it.each([
      ["sev-guest", "SEV"],
      ["sev-snp-guest", "SEV-SNP"],
      ["tdx-guest", "TDX"],
      ["s390-pv-guest", "protected guest"],
      ["rme-guest", "confidential guest"],
    ])("that a guest with a %s keeps it", async (type, said) => {
      (await start()).objects = [type];
      expect(await texts()).toMatch(new RegExp(`fail: web: .*${said}.*Do not name this guest`));
    });

    it("that networks and disks by vDPA pin it, which are in no list of devices", async () => {
      const fake = await start();
      fake.answers.set("human-monitor-command", "net0: index=0,type=nic\r\n \\ v0: index=0,type=vhost-vdpa\r\n");
      fake.answers.set("query-named-block-nodes", [{ drv: "qcow2" }, { drv: "virtio-blk-vhost-vdpa" }]);
      const said = await texts();
      expect(said).toMatch(/fail: web: it has a vDPA device/);
      expect(said).toMatch(/fail: web: it has a disk that QEMU drives/);
    });

    it("that hugepages give nothing back, by the memory's own word or by where it lies", async () => {
      const fake = await start();
      fake.hugepages = true;
      expect(await texts()).toMatch(/fail: web: its memory is made of hugepages.* hugetlb=on/);
      fake.hugepages = false;
      fake.properties = { "/objects/ram mem-path": "/nowhere/hugepages-2M/libvirt/web" };
      expect(await texts()).toContain("made of hugepages");
    });

    it("nothing because of a plain file that is called huge", async () => {
      const fake = await start(WITH_ALL);
      const file = join(directory.path, "hugefile");
      writeFileSync(file, "");
      for (const path of [file, "/nowhere/hugefile"]) {
        fake.properties = { ...REPORTING, "/objects/ram mem-path": path };
        expect(await texts()).not.toContain("hugepages");
      }
    });
  });

  describe("judges the guest's agent and statistics", () => {
    const FILES = ["open", "seek", "read", "close"].map((name) => `guest-file-${name}`);

    it("by the commands that the agent says are blocked", async () => {
      const fake = await start();
      const supported_commands = FILES.map((name) => ({ name, enabled: name !== "guest-file-seek" }));
      fake.agent.answers.set("guest-info", { version: "7.2.0", supported_commands });
      fake.agent.forbidden = ["guest-file-seek"];
      const said = await texts();
      expect(said).toMatch(/warn: web: its guest agent answers.* blocked: guest-file-seek\. So .*estimated/);
      expect(said).toMatch(/guest-file-seek out of block-rpcs .*qemu-ga\.conf.*allow-rpcs.*FILTER_RPC_ARGS/);
      expect(said).not.toMatch(/no guest agent|and start qemu-guest-agent/);
    });

    it("by trying them, where it may not say that either", async () => {
      (await start()).agent.forbidden = ["guest-info", "guest-file-open", "guest-file-read"];
      expect(await texts()).toMatch(/these of its commands are blocked: guest-file-open, guest-file-read\./);
    });

    it("as frozen while a backup is made", async () => {
      const fake = await start();
      fake.agent.answers.set("guest-fsfreeze-status", "frozen");
      fake.agent.forbidden = FILES;
      expect(await texts()).toMatch(/warn: web: its filesystems are frozen.* guest-fsfreeze-thaw/);
    });

    it("by the system that the agent names: Windows with a driver and no service", async () => {
      const fake = await start(WITH_ALL);
      fake.agent.answers.set("guest-get-osinfo", { id: "mswindows", "pretty-name": "Windows Server 2022" });
      fake.agent.forbidden = FILES;
      const names = ["total-memory", "free-memory", "available-memory", "disk-caches", "swap-in", "swap-out"];
      fake.guest.claimed = Object.fromEntries(names.map((name) => [`stat-${name}`, UNTOLD]));
      const said = await texts();
      expect(said).toMatch(/info: web runs Windows Server 2022.*nothing says what it needs/);
      expect(said).toMatch(/fail: web: its balloon statistics are empty.* sc start BalloonService.*blnsvr\.exe/);
      expect(said).not.toMatch(/estimated|modprobe|qemu-guest-agent/);
    });

    it("by the system that the agent names: a BSD without statistics", async () => {
      const fake = await start(WITH_ALL);
      fake.agent.answers.set("guest-get-osinfo", { id: "freebsd", name: "FreeBSD" });
      fake.agent.forbidden = FILES;
      fake.guest.statisticsMove = false;
      fake.guest.lastUpdateS = 0;
      const said = await texts();
      expect(said).toMatch(/fail: web gives no balloon statistics: the balloon driver of FreeBSD has none/);
      expect(said).not.toMatch(/modprobe|blnsvr|qemu-guest-agent/);
    });

    it("not at all while the machine is paused", async () => {
      (await start(WITH_ALL)).status = "paused";
      expect(await texts()).toMatch(/^info: web is paused; .* could not be judged\. $/);
    });
  });

  it("says when a driver has never given statistics", async () => {
    const fake = await start({ agent: false });
    fake.guest.statisticsMove = false;
    fake.guest.lastUpdateS = 0;
    expect(await texts()).toMatch(/fail: web gives no balloon statistics.* modprobe virtio_balloon/);
  });

  it("says that another client holds the socket", async () => {
    const fake = await start();
    fake.mute = true;
    expect(await texts(SILENCE_MS)).toMatch(/^info: .*another client holds it/);
  });
});
