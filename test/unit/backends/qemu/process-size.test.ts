import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { QemuGuest } from "../../../../src/backends/qemu/guest.ts";
import { FakeQemu } from "../../../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

const MIB = 1_048_576;

/** The fakes listen in this process, so that the kernel says of it what it says of QEMU. */
describe("the process of a QEMU guest", () => {
  const directory = socketDirectory();
  afterAll(() => directory.remove());
  const signal = new AbortController().signal;
  let qemu: FakeQemu;
  let guest: QemuGuest;

  beforeEach(async () => {
    qemu = await FakeQemu.start(directory.path, { name: "web" });
    const path = qemu.qmpPath;
    const options = { path, qmpPaths: () => [path], agentPattern: null, deadlineMs: 2000, nowS: () => 0 };
    guest = new QemuGuest({ ...options, nowMs: () => performance.now() });
  });

  afterEach(async () => {
    await guest.close();
    await qemu.close();
  });

  const claim = (thread: unknown): void => void qemu.answers.set("query-cpus-fast", [{ "thread-id": thread }]);
  const rssBytes = async (): Promise<number | null | undefined> => (await guest.observe("web", signal)).rssBytes;

  it("is the one that listens at the socket, and what it holds is told", async () => {
    claim(process.pid);
    const ownBytes = process.memoryUsage.rss();
    expect(Math.abs(((await rssBytes()) ?? 0) - ownBytes)).toBeLessThan(64 * MIB);
  });

  it.each([
    ["another that does not listen there", process.ppid],
    ["one that is not there", 4_194_305],
    ["no number", "1"],
    ["nothing", undefined],
    ["a number that can't be", 2 ** 60],
  ])("is not known where the machine names %s", async (_, thread) => {
    claim(thread);
    expect(await rssBytes()).toBeNull();
  });

  it("is not known where QEMU has no such command", async () => {
    qemu.unknown = ["query-cpus-fast"];
    expect(await rssBytes()).toBeNull();
  });

  it("is not known where QEMU says something else", async () => {
    qemu.answers.set("query-cpus-fast", { "thread-id": process.pid });
    expect(await rssBytes()).toBeNull();
  });

  it("does not tell of a confidential guest's memory", async () => {
    claim(process.pid);
    qemu.objects = ["sev-snp-guest"];
    expect(await rssBytes()).toBeNull();
  });
});
