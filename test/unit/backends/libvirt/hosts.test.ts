import { mkdirSync, symlinkSync, unlinkSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../../src/backends/libvirt/backend.ts";
import { createConnections } from "../../../../src/backends/libvirt/connections.ts";
import { PROCEDURES } from "../../../../src/backends/libvirt/rpc/procedures.ts";
import { XdrWriter } from "../../../../src/backends/libvirt/rpc/xdr-writer.ts";
import type { OpenBackend } from "../../../../src/core/backend.ts";
import { FakeLibvirtd } from "../../../support/libvirt/fake-libvirtd.ts";
import { FakeVirsh } from "../../../support/libvirt/fake-virsh.ts";
import { eventually } from "../../../support/qmp/eventually.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

const MIB = 1_048_576;
const PAGES_A_MIB = 256;

/** A daemon of its own, whose socket stands below the folder by the name of its user. */
interface User {
  readonly virsh: FakeVirsh;
  readonly daemon: FakeLibvirtd;
}

describe("several connections in one daemon", () => {
  const signal = new AbortController().signal;
  const clock = { ms: 0 };
  let folder: ReturnType<typeof socketDirectory>;
  let users: Map<string, User>;
  let host: OpenBackend;

  beforeEach(async () => {
    clock.ms = 0;
    folder = socketDirectory();
    users = new Map();
    const nowMs = (): number => {
      clock.ms += 0.001; // a real one never stands still
      return clock.ms;
    };
    const uris = [`qemu:///session?socket=${folder.path}/*/libvirt-sock`];
    const connections = createConnections({ uris, runtimeFolder: undefined, nowMs });
    host = await createLibvirtBackend({ connections, nowMs, nowS: () => clock.ms / 1000 }).open();
  });

  afterEach(async () => {
    for (const { virsh } of users.values()) virsh.hanging = false;
    await host.close();
    for (const { daemon } of users.values()) await daemon.stop();
    folder.remove();
  });

  async function start(name: string, firstId = 1): Promise<FakeVirsh> {
    const virsh = new FakeVirsh(firstId);
    const daemon = await FakeLibvirtd.start(virsh);
    mkdirSync(`${folder.path}/${name}`);
    symlinkSync(daemon.path, `${folder.path}/${name}/libvirt-sock`);
    users.set(name, { virsh, daemon });
    return virsh;
  }

  const look = (): Promise<readonly string[]> => {
    clock.ms += 1000;
    return host.guests(signal);
  };
  const said = (): readonly string[] => host.problems?.().map(({ message }) => message) ?? [];

  it("show their domains together, each moved and read through its own", async () => {
    const [ann, bob] = [await start("ann", 10), await start("bob", 20)];
    const [one, two] = [ann.add("one"), bob.add("two")];
    expect(await look()).toEqual(["one", "two"]);
    await host.apply("two", 300 * PAGES_A_MIB, 4096, signal);
    expect([one, two].map(({ guest }) => guest.targetBytes / MIB)).toEqual([512, 300]);
    expect((await host.observe("two", signal)).observation).toMatchObject({
      guest: "two",
      balloonCurrentPages: 300 * PAGES_A_MIB,
    });
    expect(said()).toEqual([]);
  });

  it("come and go with their sockets, of which one with domains is given time to come back", async () => {
    (await start("ann", 10)).add("one");
    expect(await look()).toEqual(["one"]);
    const bob = await start("bob", 20);
    bob.add("two");
    expect(await look()).toEqual(["one", "two"]);
    for (const name of ["ann", "bob"]) unlinkSync(`${folder.path}/${name}/libvirt-sock`);
    bob.domains.clear();
    clock.ms += 88_000;
    expect(await look()).toEqual(["one"]);
    await look();
    await eventually(() => users.get("bob")?.daemon.connections === 0);
    clock.ms += 2000;
    expect(await look()).toEqual([]);
    await eventually(() => users.get("ann")?.daemon.connections === 0);
    await expect(host.observe("one", signal)).rejects.toMatchObject({ code: "ERR_GUEST_UNKNOWN" });
  });

  it("cost only their own domains when one of them ends, and take those up again when it is back", async () => {
    (await start("ann", 10)).add("one");
    const bob = await start("bob", 20);
    bob.add("two");
    await look();
    await users.get("ann")?.daemon.end();
    bob.add("three");
    expect(await look()).toEqual(["one", "two", "three"]);
    expect(said()).toEqual([expect.stringMatching(/ann\/libvirt-sock must say which guests it has: /)]);
    await expect(host.observe("one", signal)).rejects.toMatchObject({ code: "ERR_LIBVIRT" });
    expect((await host.observe("two", signal)).observation.guest).toBe("two");
    await users.get("ann")?.daemon.listen();
    await eventually(async () => (await look()).length === 3 && said().length === 0);
    expect((await host.observe("one", signal)).observation.guest).toBe("one");
  });

  it("don't wait for one that takes calls and never answers", async () => {
    const ann = await start("ann", 10);
    ann.add("one");
    (await start("bob", 20)).add("two");
    ann.hanging = true;
    expect(await look()).toEqual(["two"]);
    expect(said()).toEqual([expect.stringContaining("ann/libvirt-sock must say which guests it has")]);
    expect(await look()).toEqual(["two"]);
  });

  it("fail together only if none can be asked", async () => {
    (await start("ann", 10)).add("one");
    for (const { daemon } of users.values()) daemon.authTypes = [1];
    await expect(look()).rejects.toMatchObject({ code: "ERR_LIBVIRT" });
  });

  it("that show the same name keep two guests apart, and say so", async () => {
    const [ann, bob] = [await start("ann", 10), await start("bob", 20)];
    const [hers, his] = [ann.add("win"), bob.add("win")];
    expect(await look()).toEqual(["win", his.uuid]);
    await host.apply(his.uuid, 300 * PAGES_A_MIB, 4096, signal);
    expect([hers, his].map(({ guest }) => guest.targetBytes / MIB)).toEqual([512, 300]);
    expect((await host.observe(his.uuid, signal)).observation.guest).toBe(his.uuid);
    expect(said()).toEqual([expect.stringContaining(`it goes by its UUID, ${his.uuid}`)]);
  });

  it("that show the same domain have it once; when the first ends it is another guest", async () => {
    const [ann, bob] = [await start("ann", 10), await start("bob", 20)];
    const { uuid } = ann.add("web");
    const twin = bob.add("web", { uuid });
    expect(await look()).toEqual(["web"]);
    expect(said()).toEqual([expect.stringContaining("it is left alone")]);
    await host.apply("web", 300 * PAGES_A_MIB, 4096, signal);
    expect(twin.guest.targetBytes / MIB).toBe(512);
    ann.domains.delete("web");
    expect(await look()).toEqual([]); // for once
    expect(await look()).toEqual(["web"]);
    await host.apply("web", 400 * PAGES_A_MIB, 4096, signal);
    expect(twin.guest.targetBytes / MIB).toBe(400);
  });

  it("give at most 128 domains each where nobody named them, those that are known first", async () => {
    const ann = await start("ann", 1000);
    for (let nth = 0; nth < 128; nth += 1) ann.add(`vm${nth}`);
    const before = await look();
    ann.domains.clear();
    ann.add("newcomer");
    for (let nth = 0; nth < 128; nth += 1) ann.add(`vm${nth}`, { id: 1000 + nth });
    expect(before).toHaveLength(128);
    expect(await look()).toEqual(before);
    expect(said()).toEqual([expect.stringContaining("must be at most 128")]);
  });

  it("say at once that a domain of any of them came", async () => {
    let changes = 0;
    host.listen?.(() => {
      changes += 1;
    });
    await start("ann", 10);
    const bob = await start("bob", 20);
    for (let looks = 0; looks < 3; looks += 1) await look();
    expect(users.get("bob")?.daemon.called.filter((procedure) => procedure === PROCEDURES.open.number)).toHaveLength(1);
    const two = bob.add("two");
    users.get("bob")?.daemon.event(0, two, new XdrWriter().int(2).int(0));
    await eventually(() => changes === 1);
  });
});
