import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { QemuGuest } from "../../../../src/backends/qemu/guest.ts";
import type { Reading } from "../../../../src/core/backend.ts";
import { missingReadings } from "../../../../src/core/observation.ts";
import { eventually } from "../../../support/qmp/eventually.ts";
import { FakeQemu, type FakeQemuOptions } from "../../../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

const MIB = 1_048_576;

/** Longer than the back-off and than anything that is kept. */
const A_WHILE_MS = 11_000;

describe("a QEMU guest", () => {
  const directory = socketDirectory();
  afterAll(() => directory.remove());
  const signal = new AbortController().signal;
  const clock = { ms: 0 };
  const opened: QemuGuest[] = [];
  let qemu: FakeQemu;

  beforeEach(async () => {
    clock.ms = 0;
    qemu = await FakeQemu.start(directory.path, { name: "web" });
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((guest) => guest.close()));
    await qemu.close();
  });

  async function restartQemu(options: Partial<FakeQemuOptions>): Promise<void> {
    await qemu.close();
    qemu = await FakeQemu.start(directory.path, { name: "web", ...options });
  }

  function reach(agentPattern: string | null = null): QemuGuest {
    const nowMs = (): number => clock.ms;
    const path = qemu.qmpPath;
    const options = {
      path,
      qmpPaths: () => [path],
      agentPattern,
      deadlineMs: 2000,
      nowMs,
      nowS: () => clock.ms / 1000,
    };
    const guest = new QemuGuest(options);
    opened.push(guest);
    return guest;
  }

  const observe = (guest: QemuGuest): Promise<Reading> => guest.observe("web", signal);
  const codes = ({ notices }: Reading): string[] => notices.map(({ code }) => code);
  const isHeld = ({ observation }: Reading): boolean => missingReadings(observation).includes("committedPages");

  it("has its statistics updated every second, unless somebody chose another period", async () => {
    await observe(reach());
    expect(qemu.pollingPeriodS).toBe(1);
    await restartQemu({});
    qemu.pollingPeriodS = 10;
    await observe(reach());
    expect(qemu.pollingPeriodS).toBe(10);
  });

  it.each(["query-name", "query-chardev", "query-migrate", "query-memory-devices"])(
    "is read and moved where QEMU knows no %s",
    async (command) => {
      qemu.unknown = [command];
      const guest = reach();
      expect(isHeld(await observe(guest))).toBe(false);
      await guest.apply("web", 300 * MIB, signal);
      expect(qemu.guest.targetBytes).toBe(300 * MIB);
    },
  );

  it("is charged for the most that an hv-balloon can be, whose size QEMU does not say", async () => {
    qemu.answers.set("query-memory-devices", [{ type: "hv-balloon", data: { "max-size": 64 * MIB } }]);
    expect((await observe(reach())).unballoonedBytes).toBe(64 * MIB);
  });

  it("has nothing taken by being given what the operator allows", async () => {
    const guest = reach();
    await guest.release("web", 300 * MIB, signal);
    expect(qemu.guest.targetBytes).toBe(512 * MIB);
  });

  it("is found an agent at the operator's pattern", async () => {
    const guest = reach("{dir}/{name}.qga");
    expect((await observe(guest)).observation.psiSomeTotalUs).toBe(1234);
    await guest.close();
    const elsewhere = await observe(reach("{dir}/elsewhere/{name}.sock"));
    expect(codes(elsewhere)).toEqual(["weaker_source"]);
  });

  it("without a balloon device is left alone, with the argument that mends it", async () => {
    await restartQemu({ balloon: false });
    await expect(observe(reach())).rejects.toMatchObject({
      code: "ERR_BALLOON_MISSING",
      message: expect.stringContaining("-device virtio-balloon-pci"),
    });
  });

  it.each([
    ["is paused", { status: "paused" }, 300],
    ["migrates", { migration: "active" }, 300],
    ["has an agent that talks nonsense", { agentSays: "nonsense" }, 300],
  ])("that %s is as large as it is", async (_, { agentSays, ...change }: Record<string, string>, hasMib) => {
    const guest = reach();
    await guest.apply("web", hasMib * MIB, signal);
    Object.assign(qemu, change);
    if (agentSays !== undefined) qemu.guest.files = { "/proc/meminfo": agentSays };
    expect(await guest.size("web", signal)).toMatchObject({ currentBytes: hasMib * MIB, maximumBytes: 512 * MIB });
  });

  it("without a balloon has all that it was built with", async () => {
    await restartQemu({ balloon: false });
    expect(await reach().size("web", signal)).toMatchObject({ currentBytes: 512 * MIB, maximumBytes: 512 * MIB });
  });

  describe("with plugged memory", () => {
    const plugDimm = (mib: number): void => {
      qemu.guest.plugDimm(mib * MIB);
      qemu.memoryDevices = [{ type: "dimm", sizeBytes: mib * MIB }];
    };

    it("may have its DIMMs besides what it was built with", async () => {
      plugDimm(128);
      const { observation, unballoonedBytes } = await observe(reach());
      expect([observation.balloonMaxPages, unballoonedBytes]).toEqual([(512 + 128) * 256, 0]);
    });

    it.each([
      ["virtio-mem", 1024],
      ["nvdimm", 0],
      ["virtio-pmem", 0],
    ])("of the kind %s has %s MiB that its balloon does not count", async (type, otherMib) => {
      qemu.guest.unballoonedBytes = otherMib * MIB;
      qemu.memoryDevices = [{ type, sizeBytes: 1024 * MIB }];
      const guest = reach();
      const { observation, unballoonedBytes } = await observe(guest);
      expect([observation.balloonMaxPages, unballoonedBytes]).toEqual([512 * 256, otherMib * MIB]);
      expect(observation.totalramPages).toBe((512 + otherMib - 50) * 256);
      expect(await guest.size("web", signal)).toEqual({
        currentBytes: 512 * MIB,
        maximumBytes: 512 * MIB,
        unballoonedBytes: otherMib * MIB,
      });
    });

    it.each([true, false])("is read by its new size at once (agent: %s)", async (agent) => {
      await restartQemu({ agent });
      const guest = reach();
      await observe(guest);
      clock.ms += 2000;
      await observe(guest);
      plugDimm(512);
      qemu.guest.offlineBytes = 0;
      await observe(guest); // statistics that say more than there was: the next reading is a new one
      const { observation } = await observe(guest);
      expect([observation.balloonMaxPages, observation.balloonCurrentPages]).toEqual([1024 * 256, 1024 * 256]);
      expect(observation.totalramPages).toBe((1024 - 50) * 256);
    });

    it("has pages of the same size when it puts the memory online later", async () => {
      const guest = reach();
      await observe(guest);
      clock.ms += 2000;
      plugDimm(512);
      expect((await observe(guest)).observation.pageBytes).toBe(4096);
      clock.ms += 3000;
      qemu.guest.offlineBytes = 0;
      expect((await observe(guest)).observation).toMatchObject({ pageBytes: 4096, totalramPages: 974 * 256 });
    });

    it("is read again when the guest says that it took up what was plugged", async () => {
      const guest = reach();
      await guest.apply("web", 300 * MIB, signal);
      clock.ms += 2000;
      await observe(guest);
      plugDimm(128);
      qemu.guest.offlineBytes = 0;
      qemu.emit("ACPI_DEVICE_OST", { info: {} });
      await eventually(async () => (await observe(guest)).observation.balloonMaxPages === 640 * 256);
      expect((await observe(guest)).observation.balloonCurrentPages).toBe(428 * 256);
    });

    it("is not moved to a target of before it was plugged, which would take what is in use", async () => {
      const guest = reach();
      await observe(guest);
      plugDimm(512);
      await expect(guest.apply("web", 400 * MIB, signal)).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE" });
      expect(qemu.guest.targetBytes).toBe(1024 * MIB);
      await observe(guest);
      await guest.apply("web", 900 * MIB, signal);
      expect(qemu.guest.targetBytes).toBe(900 * MIB);
    });

    it("is given all of it at the end", async () => {
      const guest = reach();
      await guest.apply("web", 300 * MIB, signal);
      await observe(guest);
      plugDimm(512);
      await guest.release("web", null, signal);
      expect(qemu.guest.targetBytes).toBe(1024 * MIB);
    });

    it("whose machine says that it has more than there is is not read", async () => {
      const guest = reach();
      qemu.guest.actualBytes = 600 * MIB;
      await expect(observe(guest)).rejects.toMatchObject({ code: "ERR_FORMAT" });
      await expect(guest.apply("web", 300 * MIB, signal)).rejects.toMatchObject({ code: "ERR_FORMAT" });
    });
  });

  it("whose total does not move has what its balloon leaves", async () => {
    await restartQemu({ agent: false });
    qemu.guest.totalIsConstant = true;
    const guest = reach();
    const totalMib = async (): Promise<number> => Number((await observe(guest)).observation.totalramPages) / 256;
    expect(await totalMib()).toBe(462);
    for (const targetMib of [500, 490, 480]) {
      await guest.apply("web", targetMib * MIB, signal);
      clock.ms += 1000;
      await observe(guest);
    }
    expect(await totalMib()).toBe(430);
  });

  it("whose total follows, though its device offers to deflate, has what it says", async () => {
    await restartQemu({ deflateOnOom: true });
    qemu.guest.totalIsConstant = false;
    const guest = reach();
    for (const targetMib of [500, 400, 300]) {
      await observe(guest);
      await guest.apply("web", targetMib * MIB, signal);
      clock.ms += 1000;
    }
    await observe(guest);
    expect((await observe(guest)).observation.totalramPages).toBe(250 * 256);
  });

  it.each([
    ["paused", "STOP", { status: "paused" }],
    ["migrating", "MIGRATION", { migration: "active" }],
    ["shut down", "SHUTDOWN", { status: "shutdown" }],
  ])("that is %s is left alone as soon as %s is heard", async (state, event, change) => {
    const guest = reach();
    await observe(guest);
    Object.assign(qemu, change);
    qemu.emit(event);
    await expect(observe(guest)).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE", details: { state } });
    await expect(guest.apply("web", 300 * MIB, signal)).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE" });
    expect(qemu.guest.targetBytes).toBe(512 * MIB);
  });

  it("is asked for its balloon's size only while that may have changed", async () => {
    const guest = reach();
    const asked = (): number => qemu.qmp.received.filter((line) => line.includes('"query-balloon"')).length;
    const askedBy = async (work: () => Promise<unknown>): Promise<number> => {
      const before = asked();
      await work();
      return asked() - before;
    };
    await observe(guest);
    clock.ms += 2000;
    expect(await askedBy(() => observe(guest))).toBe(1);
    clock.ms += 2000;
    expect(await askedBy(() => observe(guest))).toBe(0);
    // The guest takes its balloon down by itself: QEMU says so, and holds back what comes within a second.
    qemu.guest.setTarget(400 * MIB);
    qemu.emit("BALLOON_CHANGE", { actual: 400 * MIB });
    await eventually(async () => (await observe(guest)).observation.balloonCurrentPages === 400 * 256);
    clock.ms += 1000;
    expect(await askedBy(() => observe(guest))).toBe(1);
    clock.ms += 1000;
    expect(await askedBy(() => observe(guest))).toBe(1);
    expect(await askedBy(() => observe(guest))).toBe(0);
    clock.ms += 10_000;
    expect(await askedBy(() => observe(guest))).toBe(1);
  });

  it("whose guest is no Linux is read through its statistics", async () => {
    qemu.guest.files = { "/proc/meminfo": null, "/proc/zoneinfo": null };
    const reading = await observe(reach());
    expect([isHeld(reading), codes(reading)]).toEqual([false, ["weaker_source"]]);
  });

  it("that migrates without an event is noticed after a while", async () => {
    const guest = reach();
    await observe(guest);
    qemu.migration = "active";
    clock.ms += 10_000;
    await expect(observe(guest)).rejects.toMatchObject({ details: { state: "migrating" } });
  });

  it("that is paused can still be given all its memory", async () => {
    const guest = reach();
    await guest.apply("web", 300 * MIB, signal);
    qemu.status = "paused";
    qemu.emit("STOP");
    await guest.release("web", null, signal);
    expect(qemu.guest.targetBytes).toBe(512 * MIB);
  });

  it("whose call was cancelled is not moved afterwards", async () => {
    const guest = reach();
    await observe(guest);
    const controller = new AbortController();
    const call = guest.apply("web", 300 * MIB, controller.signal);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "ERR_CANCELLED" });
    await observe(guest);
    expect(qemu.guest.targetBytes).toBe(512 * MIB);
  });

  describe("after a reset", () => {
    async function resetAt300(agent: boolean, deflateOnOom = false): Promise<QemuGuest> {
      await restartQemu({ agent, deflateOnOom });
      const guest = reach();
      await observe(guest);
      await guest.apply("web", 300 * MIB, signal);
      await observe(guest);
      qemu.reset();
      await expect(observe(guest)).rejects.toMatchObject({ details: { state: "restarting" } });
      return guest;
    }

    it.each([true, false])("is left alone until its statistics move again (agent: %s)", async (agent) => {
      const guest = await resetAt300(agent);
      await expect(observe(guest)).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE" });
      qemu.boot();
      expect(isHeld(await observe(guest))).toBe(false);
    });

    it("is read again after five minutes though its driver is never heard", async () => {
      const guest = await resetAt300(true);
      qemu.boot();
      qemu.guest.statisticsMove = false;
      clock.ms += 298_000;
      await expect(observe(guest)).rejects.toMatchObject({ details: { state: "restarting" } });
      clock.ms += 2000;
      expect(isHeld(await observe(guest))).toBe(false);
    });

    it("is not read by what its old kernel said last, five minutes later", async () => {
      const guest = await resetAt300(false);
      qemu.boot();
      qemu.guest.statisticsMove = false;
      clock.ms += 300_000;
      const reading = await observe(guest);
      expect([isHeld(reading), codes(reading)]).toEqual([true, ["statistics_frozen"]]);
    });

    it("is left alone until its balloon moves", async () => {
      const guest = await resetAt300(true);
      clock.ms += 2000;
      qemu.boot();
      qemu.guest.statisticsMove = false;
      qemu.emit("BALLOON_CHANGE", { actual: 300 * MIB });
      expect(isHeld(await observe(guest))).toBe(false);
    });

    describe.each([
      [true, false],
      [true, true],
      [false, false],
      [false, true],
    ])("(agent: %s, deflate-on-oom: %s)", (agent, deflateOnOom) => {
      const sizes = ({ observation }: Reading): (number | null)[] =>
        [observation.balloonCurrentPages, observation.totalramPages].map((pages) => Number(pages) / 256);

      /** The machine's memory was given back before the driver started, which then had nothing to do nor to tell. */
      async function bootUntouched(): Promise<QemuGuest> {
        const guest = await resetAt300(agent, deflateOnOom);
        await guest.release("web", null, signal);
        clock.ms += 2000;
        qemu.boot();
        expect(qemu.guest.actualBytes).toBe(300 * MIB);
        return guest;
      }

      it("has all its memory, though QEMU goes on saying what it had", async () => {
        const guest = await bootUntouched();
        expect(sizes(await observe(guest))).toEqual([512, 462]);
        clock.ms += A_WHILE_MS;
        expect(sizes(await observe(guest))).toEqual([512, 462]);
        clock.ms += 1000;
        expect(await guest.watch("web", signal)).toEqual({ availablePages: 362 * 256, totalramPages: 462 * 256 });
      });

      it("has what QEMU says as soon as its balloon has moved", async () => {
        const guest = await bootUntouched();
        await observe(guest);
        await guest.apply("web", 400 * MIB, signal);
        await eventually(async () => sizes(await observe(guest))[0] === 400);
        expect(sizes(await observe(guest))).toEqual([400, 350]);
      });
    });

    it("is left alone although an event from before the reset comes late", async () => {
      const guest = await resetAt300(true);
      clock.ms += 1000;
      qemu.emit("BALLOON_CHANGE", { actual: 300 * MIB });
      await expect(observe(guest)).rejects.toMatchObject({ details: { state: "restarting" } });
    });

    it("is left alone although its balloon was empty", async () => {
      const guest = reach();
      await observe(guest);
      qemu.reset();
      await expect(observe(guest)).rejects.toMatchObject({ details: { state: "restarting" } });
      qemu.boot();
      expect(isHeld(await observe(guest))).toBe(false);
    });

    it("may go on with the weaker source until its agent starts", async () => {
      const guest = await resetAt300(true);
      qemu.agent.running = false;
      qemu.boot();
      expect(codes(await observe(guest))).toEqual(["weaker_source"]);
      qemu.agent.running = true;
      qemu.emit("VSERPORT_CHANGE", { open: true, id: "port-ga" });
      expect((await observe(guest)).observation.psiSomeTotalUs).toBe(1234);
    });
  });

  describe("whose agent", () => {
    it("hangs is held, costs one deadline, and goes on when the agent does", async () => {
      const guest = reach();
      expect(isHeld(await observe(guest))).toBe(false);
      qemu.agentSocket.behave({ kind: "silent" });
      const lost = await observe(guest);
      expect([isHeld(lost), codes(lost)]).toEqual([true, ["agent_lost"]]);
      const asked = qemu.agentSocket.received.length;
      const still = await observe(guest);
      expect([isHeld(still), codes(still)]).toEqual([true, []]);
      expect(qemu.agentSocket.received.length).toBe(asked);
      qemu.agentSocket.behave({ kind: "well" });
      clock.ms += A_WHILE_MS;
      const back = await observe(guest);
      expect([isHeld(back), codes(back)]).toEqual([false, ["agent_back"]]);
    });

    it("was killed is held, although the statistics would do", async () => {
      const guest = reach();
      await observe(guest);
      qemu.agent.running = false;
      qemu.agentSocket.behave({ kind: "silent" });
      expect(codes(await observe(guest))).toEqual(["agent_lost"]);
      clock.ms += A_WHILE_MS;
      const later = await observe(guest);
      expect(isHeld(later)).toBe(true);
      expect(later.observation.availablePages).not.toBeNull();
    });

    it("was restarted is asked again, without a gap", async () => {
      const guest = reach();
      await observe(guest);
      qemu.agent.restart();
      const reading = await observe(guest);
      expect([isHeld(reading), codes(reading)]).toEqual([false, []]);
    });

    it("never was there is not waited for, and nothing is said to it", async () => {
      await restartQemu({ agent: false });
      const guest = reach();
      expect(codes(await observe(guest))).toEqual(["weaker_source"]);
      expect(qemu.agentSocket.received).toEqual([]);
    });

    it("may not read files counts as none", async () => {
      qemu.agent.forbidden = ["guest-file-open"];
      const reading = await observe(reach());
      expect([isHeld(reading), codes(reading)]).toEqual([false, ["weaker_source"]]);
    });

    describe("says that the guest has more memory than the machine", () => {
      let guest: QemuGuest;

      beforeEach(async () => {
        guest = reach();
        await observe(guest);
        const text = qemu.guest.file("/proc/meminfo") ?? "";
        qemu.guest.files = { "/proc/meminfo": text.replace(/MemTotal: +\d+/, "MemTotal:         560000") };
      });

      it("is not believed: its guest is read by the balloon's statistics, and it is asked again half a minute later", async () => {
        const reading = await observe(guest);
        expect([isHeld(reading), codes(reading)]).toEqual([false, ["agent_nonsense"]]);
        expect(reading.observation.totalramPages).toBe(462 * 256);
        const asked = qemu.agentSocket.received.length;
        qemu.guest.files = {};
        clock.ms += 29_999;
        expect(codes(await observe(guest))).toEqual([]);
        expect(qemu.agentSocket.received.length).toBe(asked);
        clock.ms += 1;
        expect(codes(await observe(guest))).toEqual(["agent_back"]);
      });

      it("is not believed, and asked each time, where there are no statistics", async () => {
        qemu.guest.statisticsMove = false;
        await observe(guest);
        clock.ms += 31_000;
        await expect(observe(guest)).rejects.toMatchObject({ code: "ERR_FORMAT" });
        qemu.guest.files = {};
        expect(codes(await observe(guest))).toEqual(["agent_back"]);
      });
    });
  });

  describe("between two steps", () => {
    it("is watched by one file, on its kept handle", async () => {
      const guest = reach();
      expect(guest.watch("web", signal)).toBeNull();
      await observe(guest);
      qemu.guest.usedBytes = 400 * MIB;
      const before = [qemu.qmp.received.length, qemu.agentSocket.received.length];
      expect(await guest.watch("web", signal)).toEqual({ availablePages: 62 * 256, totalramPages: 462 * 256 });
      expect([qemu.qmp.received.length, qemu.agentSocket.received.length]).toEqual([before[0], Number(before[1]) + 2]);
    });

    it("is not taken for needing more, when its balloon grows under deflate-on-oom", async () => {
      await restartQemu({ deflateOnOom: true });
      const guest = reach();
      await observe(guest);
      await guest.apply("web", 300 * MIB, signal);
      expect(await guest.watch("web", signal)).toEqual({ availablePages: 150 * 256, totalramPages: 250 * 256 });
    });

    it("is watched through its statistics as often as they change", async () => {
      await restartQemu({ agent: false });
      const guest = reach();
      await observe(guest);
      expect(await guest.watch("web", signal)).toEqual({ availablePages: 362 * 256, totalramPages: 462 * 256 });
      clock.ms += 999;
      expect(guest.watch("web", signal)).toBeNull();
      clock.ms += 1;
      expect(await guest.watch("web", signal)).not.toBeNull();
    });

    it("is not watched while it is paused, nor once its agent was lost", async () => {
      const guest = reach();
      await observe(guest);
      qemu.agentSocket.behave({ kind: "silent" });
      expect(await guest.watch("web", signal)).toBeNull();
      expect(codes(await observe(guest))).toEqual(["agent_lost"]);
      expect(guest.watch("web", signal)).toBeNull();
      qemu.agentSocket.behave({ kind: "well" });
      clock.ms += A_WHILE_MS;
      await observe(guest);
      qemu.emit("STOP");
      await eventually(() => guest.watch("web", signal) === null);
    });
  });

  it("is read right after its balloon moved far, though its zones are kept otherwise", async () => {
    const guest = reach();
    await observe(guest);
    await guest.apply("web", 200 * MIB, signal);
    expect((await observe(guest)).observation.totalramPages).toBe(150 * 256);
    await guest.release("web", null, signal);
    expect((await observe(guest)).observation.totalramPages).toBe(462 * 256);
  });

  it("whose statistics stand still is held", async () => {
    await restartQemu({ agent: false });
    const guest = reach();
    await observe(guest);
    qemu.guest.statisticsMove = false;
    await observe(guest);
    clock.ms += 5001;
    const reading = await observe(guest);
    expect([isHeld(reading), codes(reading)]).toEqual([true, ["statistics_frozen"]]);
    expect(reading.observation.balloonCurrentPages).toBe(512 * 256);
  });

  it("that ends in the middle of a call fails that call, and is found again when it is back", async () => {
    const guest = reach();
    await observe(guest);
    qemu.qmp.behave({ kind: "silent" });
    const call = observe(guest);
    const before = qemu.qmp.received.length;
    await eventually(() => qemu.qmp.received.length > before);
    await restartQemu({ usedMib: 200 });
    await expect(call).rejects.toMatchObject({ code: "ERR_SOCKET" });
    clock.ms += A_WHILE_MS;
    expect((await observe(guest)).observation.committedPages).toBe(200 * 256);
  });
});
