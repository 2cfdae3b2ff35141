import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RpcConnection } from "../../../../../src/backends/libvirt/rpc/connection.ts";
import { NAMED_LIMITS } from "../../../../../src/backends/libvirt/rpc/limits.ts";
import { PROCEDURES } from "../../../../../src/backends/libvirt/rpc/procedures.ts";
import { RpcSession } from "../../../../../src/backends/libvirt/rpc/session.ts";
import { FakeLibvirtd } from "../../../../support/libvirt/fake-libvirtd.ts";
import { FakeVirsh } from "../../../../support/libvirt/fake-virsh.ts";
import { eventually } from "../../../../support/qmp/eventually.ts";

describe("a session with libvirt's daemon", () => {
  const clock = { ms: 0 };
  let virsh: FakeVirsh;
  let daemon: FakeLibvirtd;
  let session: RpcSession;
  let opened: number;
  let afterOpen: (connection: RpcConnection) => Promise<void>;

  beforeEach(async () => {
    clock.ms = 0;
    opened = 0;
    afterOpen = () => Promise.resolve();
    virsh = new FakeVirsh();
    daemon = await FakeLibvirtd.start(virsh);
    session = new RpcSession({
      paths: [`${daemon.path}-not`, daemon.path],
      limits: NAMED_LIMITS,
      name: "qemu:///system",
      deadlineMs: 60_000,
      nowMs: () => clock.ms,
      onEvent: () => {},
      onOpen: async (connection) => {
        opened += 1;
        await afterOpen(connection);
      },
    });
  });

  afterEach(async () => {
    await session.close();
    await daemon.stop();
  });

  const call = (deadlineMs = 60_000, cancellation?: AbortSignal): Promise<void> =>
    session.call({
      procedure: PROCEDURES.open,
      args: Buffer.alloc(8),
      read: () => {},
      deadlineMs: () => deadlineMs,
      ...(cancellation === undefined ? {} : { cancellation }),
    });

  it("is one connection, however many calls come at once", async () => {
    await Promise.all(Array.from({ length: 20 }, () => call()));
    expect([daemon.connections, opened]).toEqual([1, 1]);
  });

  it("asks for polkit's word where that is wanted, and is not opened without it", async () => {
    daemon.authTypes = [2];
    daemon.polkitAgrees = false;
    await expect(call()).rejects.toMatchObject({ code: "ERR_LIBVIRT", message: expect.stringContaining("polkit") });
    daemon.polkitAgrees = true;
    clock.ms += 1000;
    await call();
    expect(opened).toBe(1);
  });

  it("is not opened where a password is wanted", async () => {
    daemon.authTypes = [1];
    await expect(call()).rejects.toMatchObject({ code: "ERR_LIBVIRT", message: expect.stringContaining("password") });
    await eventually(() => daemon.connections === 0);
  });

  it("is made again when the daemon is back, not before its wait is over", async () => {
    await call();
    await daemon.end();
    await expect(call()).rejects.toMatchObject({ code: "ERR_LIBVIRT" });
    clock.ms = 1000;
    await expect(call()).rejects.toMatchObject({ message: expect.stringContaining("ENOENT") });
    await daemon.listen();
    clock.ms = 2900; // the second wait is twice the first
    await expect(call()).rejects.toMatchObject({ message: expect.stringContaining("ENOENT") });
    clock.ms = 3000;
    await call();
    expect(opened).toBe(2);
  });

  it("is made again where it ends while it is asked for what may be refused", async () => {
    afterOpen = async (connection) => {
      daemon.drop();
      await connection.call(PROCEDURES.registerEvent, Buffer.alloc(8), () => {}, 1000).catch(() => {});
    };
    await expect(call()).rejects.toMatchObject({ code: "ERR_LIBVIRT" });
    afterOpen = () => Promise.resolve();
    clock.ms = 1000;
    await call();
    expect(opened).toBe(2);
  });

  it("never sends what was cancelled while it waited", async () => {
    await call();
    virsh.hanging = true;
    const hung = Promise.allSettled(Array.from({ length: 4 }, () => call(100)));
    const controller = new AbortController();
    const late = call(100, controller.signal);
    controller.abort();
    await expect(late).rejects.toMatchObject({ code: "ERR_CANCELLED" });
    await hung;
    expect(daemon.called.filter((number) => number === PROCEDURES.open.number)).toHaveLength(1 + 1 + 4);
  });
});
