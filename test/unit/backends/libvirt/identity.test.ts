import { beforeEach, describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../../src/backends/libvirt/backend.ts";
import type { RunVirsh } from "../../../../src/backends/libvirt/virsh.ts";
import { VirshLibvirt } from "../../../../src/backends/libvirt/virsh-libvirt.ts";
import type { OpenBackend } from "../../../../src/core/backend.ts";
import { type FakeDomain, FakeVirsh } from "../../../support/libvirt/fake-virsh.ts";
import { onlyConnection } from "../../../support/libvirt/only-connection.ts";

const MIB = 1_048_576;
const PAGES_A_MIB = 256;

describe("a domain", () => {
  const signal = new AbortController().signal;
  const clock = { ms: 0 };
  let virsh: FakeVirsh;
  let host: OpenBackend;

  const open = (run: RunVirsh): Promise<OpenBackend> => {
    const libvirt = new VirshLibvirt("qemu:///system", run);
    return createLibvirtBackend({
      connections: onlyConnection(() => libvirt),
      nowMs: () => clock.ms,
      nowS: () => clock.ms / 1000,
    }).open();
  };

  beforeEach(async () => {
    clock.ms = 0;
    virsh = new FakeVirsh();
    host = await open(virsh.run);
  });

  const apply = (name: string): Promise<void> => host.apply(name, 300 * PAGES_A_MIB, 4096, signal);
  const targetMib = ({ guest }: FakeDomain): number => guest.targetBytes / MIB;
  const rescan = (): Promise<readonly string[]> => {
    clock.ms += 1000;
    return host.guests(signal);
  };

  it("whose name is another's ID is moved, and the other is not", async () => {
    const [two, database] = [virsh.add("2"), virsh.add("database")];
    expect(database.id).toBe(2);
    await apply("2");
    expect([two, database].map(targetMib)).toEqual([300, 512]);
  });

  it("whose name is another's UUID is moved, and the other is not", async () => {
    const database = virsh.add("database");
    const named = virsh.add(database.uuid);
    await apply(database.uuid);
    expect([named, database].map(targetMib)).toEqual([300, 512]);
  });

  it("whose UUID has no letters is moved, though another has that UUID for its name", async () => {
    const uuid = "00000000-1111-4111-8111-000000000007";
    const [database, named] = [virsh.add("database", { uuid }), virsh.add(uuid)];
    await host.guests(signal);
    await apply("database");
    expect([database, named].map(targetMib)).toEqual([300, 512]);
    await apply(uuid);
    expect([database, named].map(targetMib)).toEqual([300, 300]);
  });

  it("that is called as all guests are goes by its UUID", async () => {
    const star = virsh.add("*");
    expect(await rescan()).toEqual([star.uuid]);
    await apply(star.uuid);
    expect(targetMib(star)).toBe(300);
    expect((await host.observe(star.uuid, signal)).observation.guest).toBe(star.uuid);
    await expect(host.observe("*", signal)).rejects.toMatchObject({ code: "ERR_GUEST_UNKNOWN" });
  });

  it.each(["lower", "UPPER"])(
    "that has ended is not moved by way of another that has its UUID for a name (%s)",
    async (letters) => {
      const database = virsh.add("database");
      const named = virsh.add(letters === "lower" ? database.uuid : database.uuid.toUpperCase());
      await host.observe("database", signal);
      virsh.domains.delete("database");
      await expect(apply("database")).rejects.toMatchObject({ code: "ERR_VIRSH" });
      expect(targetMib(named)).toBe(512);
    },
  );

  it("that took another's name is not moved or read in its place, and is a guest of its own after the next look", async () => {
    virsh.add("web");
    expect(await rescan()).toEqual(["web"]);
    await apply("web");
    virsh.domains.delete("web");
    const next = virsh.add("web");
    clock.ms += 1000;
    const unknown = { code: "ERR_GUEST_UNKNOWN" };
    await expect(apply("web")).rejects.toMatchObject(unknown);
    await expect(host.observe("web", signal)).rejects.toMatchObject(unknown);
    await expect(host.size("web", signal)).rejects.toMatchObject(unknown);
    await expect(host.release("web", null, signal)).rejects.toMatchObject(unknown);
    expect(targetMib(next)).toBe(512);
    expect(await rescan()).toEqual([]);
    expect(await rescan()).toEqual(["web"]);
    await apply("web");
    expect(targetMib(next)).toBe(300);
  });

  it("that was started again is another machine, though it has the UUID of before", async () => {
    const { uuid } = virsh.add("web");
    await rescan();
    virsh.domains.delete("web");
    virsh.add("web", { uuid });
    expect(await rescan()).toEqual([]);
    expect(await rescan()).toEqual(["web"]);
  });

  it("that was renamed is found by its new name", async () => {
    const { uuid } = virsh.add("old");
    await rescan();
    virsh.domains.delete("old");
    const renamed = virsh.add("new", { uuid });
    expect(await rescan()).toEqual(["new"]);
    await apply("new");
    expect(targetMib(renamed)).toBe(300);
  });

  it("whose name went to another while statistics were asked for is left out", async () => {
    virsh.add("web");
    virsh.add("other");
    const run: RunVirsh = async (args, call) => {
      const output = await virsh.run(args, call);
      const [, mark = ""] = /echo (\S+);/.exec(args[0] ?? "") ?? [];
      const [before = "", ...others] = output.stdout.split(mark);
      return { ...output, stdout: [before.replaceAll("000000000001 1", "000000000003 3"), ...others].join(mark) };
    };
    expect(await (await open(run)).guests(signal)).toEqual(["other"]);
  });

  it("is not taken for ended when its statistics can't be had", async () => {
    virsh.add("web");
    const run: RunVirsh = async () => ({ stdout: "", stderr: "error: Disconnected from qemu:///system\n" });
    await expect((await open(run)).guests(signal)).rejects.toMatchObject({
      code: "ERR_VIRSH",
      message: expect.stringContaining("Disconnected from qemu:///system"),
    });
  });
});
