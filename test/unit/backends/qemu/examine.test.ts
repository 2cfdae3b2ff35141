import { afterEach, describe, expect, it } from "vitest";
import { examineQemu } from "../../../../src/backends/qemu/examine.ts";
import { FakeQemu, type FakeQemuOptions } from "../../../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

describe("doctor on a QEMU host", () => {
  const directory = socketDirectory();
  let qemu: FakeQemu | undefined;

  afterEach(() => qemu?.close());

  async function start(options: Partial<FakeQemuOptions> = {}): Promise<FakeQemu> {
    qemu = await FakeQemu.start(directory.path, { name: "web", ...options });
    return qemu;
  }

  const examine = () =>
    examineQemu({
      qmp: [`${directory.path}/*.qmp`],
      agent: null,
      nowMs: () => performance.now(),
      nowS: () => 0,
      deadlineMs: 150,
    });
  const texts = async (): Promise<string> =>
    (await examine()).map(({ level, what, remedy }) => `${level}: ${what} ${remedy}`).join("\n");

  it("finds nothing to mend but swap in a guest that has all else", async () => {
    await start({ deflateOnOom: true });
    const findings = await examine();
    expect(findings).toMatchObject([{ level: "warn", what: expect.stringContaining("web has no swap") }]);
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

  it("says that hugepages and VFIO devices keep what the balloon takes", async () => {
    const fake = await start();
    fake.hugepages = true;
    fake.devices = ["vfio-pci"];
    const said = await texts();
    expect(said).toMatch(/fail: web: its memory is made of hugepages.* hugetlb=on/);
    expect(said).toMatch(/fail: web: it has a VFIO device.* -device vfio-pci/);
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
    expect(await texts()).toMatch(/^info: .*another client holds it/);
  });
});
