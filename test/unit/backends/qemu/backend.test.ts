import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { findSockets } from "../../../../src/backends/host/socket-search.ts";
import { agentSocket } from "../../../../src/backends/qemu/agent-socket.ts";
import { createQemuBackend, type QemuOptions } from "../../../../src/backends/qemu/backend.ts";
import { GuestNames } from "../../../../src/backends/qemu/guest-names.ts";
import { allGuests } from "../../../../src/core/all-found.ts";
import type { OpenBackend } from "../../../../src/core/backend.ts";
import { eventually } from "../../../support/qmp/eventually.ts";
import { FakeQemu, type FakeQemuOptions } from "../../../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

describe("the guests of a QEMU host", () => {
  const signal = new AbortController().signal;
  let directory: ReturnType<typeof socketDirectory>;
  let fakes: FakeQemu[] = [];
  let host: OpenBackend;

  const options = (qmp: readonly string[]): QemuOptions => ({
    qmp,
    agent: null,
    nowMs: () => performance.now(),
    nowS: () => 0,
    deadlineMs: 2000,
  });

  beforeEach(async () => {
    directory = socketDirectory();
    host = await createQemuBackend(options([`${directory.path}/*.qmp`])).open();
  });

  afterEach(async () => {
    await host.close();
    await Promise.all(fakes.splice(0).map((fake) => fake.close()));
    directory.remove();
  });

  async function start(name: string, more: Partial<FakeQemuOptions> = {}): Promise<FakeQemu> {
    const fake = await FakeQemu.start(directory.path, { name, ...more });
    fakes.push(fake);
    return fake;
  }

  it("are called as QEMU calls them, or by their sockets", async () => {
    await start("one", { machineName: "web" });
    await start("two", { machineName: null });
    expect(await host.guests(signal)).toEqual(["web", "two"]);
  });

  it("keep their names, whoever else says that it is called so", async () => {
    await start("100", { machineName: "web" });
    expect(await host.guests(signal)).toEqual(["web"]);
    const claiming = await start("099", { machineName: "web" });
    expect(await host.guests(signal)).toEqual(["web", "099"]);
    await claiming.close();
    fakes = fakes.filter((fake) => fake !== claiming);
    expect(await host.guests(signal)).toEqual(["web"]);
  });

  it("stay, whoever else says that their sockets are its own", async () => {
    const web = await start("web");
    const evil = await start("evil");
    evil.otherSockets = [web.qmpPath, web.agentPath];
    expect(await host.guests(signal)).toEqual(["evil", "web"]);
    web.qmp.behave({ kind: "silent" });
    web.qmp.cut();
    expect(await host.guests(signal)).toEqual(["evil", "web"]);
  });

  it("are found as soon as they answer, though another says meanwhile that their sockets are its own", async () => {
    const web = await start("web");
    web.mute = true;
    web.qmp.behave({ kind: "silent" });
    const evil = await start("evil");
    evil.otherSockets = [web.qmpPath];
    expect(await host.guests(signal)).toEqual(["evil"]);
    web.mute = false;
    web.qmp.behave({ kind: "well" });
    web.qmp.cut();
    await eventually(async () => (await host.guests(signal)).includes("web"));
  });

  it("are asked a few at a time, each once, and a look does not wait for those whose turn has not come", async () => {
    const names = Array.from({ length: 300 }, (_, nth) => `g${1000 + nth}`);
    for (const name of names) await start(name, { agent: false });
    const slow = fakes.slice(0, 64);
    for (const fake of slow) fake.qmp.behave({ kind: "silent" });
    const first = await host.guests(signal);
    // Two turns of 32 that are silent for as long as a machine may be: nobody behind them is waited for.
    expect(first.length).toBeLessThan(names.length);
    expect(fakes.filter(({ qmp }) => qmp.served > 0).length).toBeLessThanOrEqual(64);
    expect(host.problems?.().map(({ code }) => code)).toEqual(["ERR_GUESTS_WAITING"]);
    expect(await allGuests(host, signal)).toEqual(names);
    expect(host.problems?.()).toEqual([]);
    await host.guests(signal);
    for (const fake of fakes.slice(64)) expect(fake.qmp.served).toBe(1);
  });

  it("have no agent but their own, whatever they say", async () => {
    const web = await start("web");
    const evil = await start("evil");
    evil.agentSays = web.agentPath;
    await host.guests(signal);
    const { notices } = await host.observe("evil", signal);
    expect(notices.map(({ code }) => code)).toEqual(["weaker_source"]);
    expect(web.agentSocket.served).toBe(0);
    expect((await host.observe("web", signal)).observation.psiSomeTotalUs).toBe(1234);
  });

  it("come and go", async () => {
    await start("one");
    expect(await host.guests(signal)).toEqual(["one"]);
    const two = await start("two");
    expect(await host.guests(signal)).toEqual(["one", "two"]);
    await two.close();
    fakes = fakes.filter((fake) => fake !== two);
    expect(await host.guests(signal)).toEqual(["one"]);
    await expect(host.observe("two", signal)).rejects.toMatchObject({ code: "ERR_GUEST_UNKNOWN" });
  });

  it.each(["*.qmp", "one.qmp"])("stay while %s can't be looked at, and go when it is not there", async (pattern) => {
    const fake = await start("one");
    await host.close();
    host = await createQemuBackend(options([`${directory.path}/${pattern}`])).open();
    expect(await host.guests(signal)).toEqual(["one"]);
    const aside = `${directory.path}-aside`;
    renameSync(directory.path, aside);
    symlinkSync(directory.path, directory.path); // ELOOP
    expect(await host.guests(signal)).toEqual(["one"]);
    expect((await host.observe("one", signal)).observation.committedPages).toBe(100 * 256);
    expect(fake.qmp.served).toBe(1);
    rmSync(directory.path);
    expect(await host.guests(signal)).toEqual([]);
    renameSync(aside, directory.path);
    expect(await host.guests(signal)).toEqual(["one"]);
  });

  it("do not disturb each other, whatever one of them does", async () => {
    const bad = await Promise.all(["bad1", "bad2", "bad3"].map((name) => start(name)));
    await start("good");
    bad[0]?.qmp.behave({ kind: "silent" });
    bad[1]?.qmp.behave({ kind: "garbage", line: "\u0000\u0001{{{" });
    bad[2]?.qmp.behave({ kind: "endless", bytes: 100 * 1_048_576 });
    bad[0]?.qmp.cut();
    expect(await host.guests(signal)).toEqual(["bad1", "bad2", "bad3", "good"]);
    expect((await host.observe("good", signal)).observation.committedPages).toBe(100 * 256);
    for (const name of ["bad1", "bad2", "bad3"]) {
      await expect(host.observe(name, signal)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_SOCKET/) });
    }
  });

  it("keep their names while they can't be reached", async () => {
    const fake = await start("one", { machineName: "web" });
    await host.guests(signal);
    fake.qmp.behave({ kind: "cut", after: 0 });
    await expect(host.observe("web", signal)).rejects.toMatchObject({ code: "ERR_SOCKET" });
    expect(await host.guests(signal)).toEqual(["web"]);
  });

  it("are listed once, though they have several sockets that match", async () => {
    const first = await start("a");
    const second = await start("b", { machineName: "a" });
    first.otherSockets = [second.qmpPath];
    second.otherSockets = [first.qmpPath];
    expect(await host.guests(signal)).toEqual(["a"]);
    const served = second.qmp.served;
    expect(await host.guests(signal)).toEqual(["a"]);
    expect(second.qmp.served).toBe(served);
  });

  it("are listed once, though the first of their sockets is another client's", async () => {
    const occupied = await start("a");
    occupied.qmp.behave({ kind: "silent" });
    occupied.mute = true;
    const free = await start("b", { machineName: "web" });
    free.otherSockets = [occupied.qmpPath];
    expect(await host.guests(signal)).toEqual(["web"]);
  });

  it("are not to be found without a word on why", async () => {
    const because = async (qmp: readonly string[]): Promise<string> => {
      const probe = await createQemuBackend(options(qmp)).probe();
      return probe.usable ? probe.found : probe.because;
    };
    expect(await because([])).toBe("no QMP sockets are configured: name them with --qmp, or as qmp under [backend]");
    expect(await because(["/nonexistent/*.qmp"])).toBe(
      "there is no QMP socket at /nonexistent/*.qmp: /nonexistent can't be listed (ENOENT)",
    );
    expect(await because([`${directory.path}/none.qmp`])).toBe(`there is no QMP socket at ${directory.path}/none.qmp`);
    expect(await because([`${directory.path}/*.qmp`])).toBe(`no QMP socket at ${directory.path}/*.qmp yet`);
  });
});

describe("the search for sockets", () => {
  const directory = socketDirectory();
  afterAll(() => directory.remove());
  let fakes: FakeQemu[] = [];

  beforeEach(async () => {
    for (const folder of ["vm1", "vm2", ".hidden"]) mkdirSync(join(directory.path, folder));
    writeFileSync(join(directory.path, "vm1", "file.qmp"), "");
    const start = (folder: string, name: string) => FakeQemu.start(join(directory.path, folder), { name });
    fakes = await Promise.all([start("vm2", "b1"), start("vm1", "a1"), start("vm1", "a[2]"), start(".hidden", "c1")]);
  });

  afterEach(async () => {
    await Promise.all(fakes.map((fake) => fake.close()));
    rmSync(directory.path, { recursive: true });
    mkdirSync(directory.path);
  });

  it.each([
    ["/*/*.qmp", ["vm1/a1.qmp", "vm1/a[2].qmp", "vm2/b1.qmp"]],
    ["/vm?/?1.qmp", ["vm1/a1.qmp", "vm2/b1.qmp"]],
    ["/vm1/a[2].qmp", ["vm1/a[2].qmp"]],
    ["/vm1/*[2].qm*", ["vm1/a[2].qmp"]],
    ["/vm1/file.qmp", []],
    ["/.h*/*.qmp", [".hidden/c1.qmp"]],
    ["/vm1/../vm2/b1.qmp", ["vm2/b1.qmp"]],
    ["/vm1/file.qmp/*.qmp", []],
  ])("takes %s as a shell would", async (pattern, found) => {
    const { paths } = await findSockets([directory.path + pattern]);
    expect(paths).toEqual(found.map((path) => join(directory.path, path)));
  });

  it("gives each socket once", async () => {
    const { paths } = await findSockets([`${directory.path}/vm1/a1.qmp`, `${directory.path}/vm1/a1*p`]);
    expect(paths).toEqual([`${directory.path}/vm1/a1.qmp`]);
  });
});

describe("the names of guests", () => {
  const named = (names: GuestNames, sockets: Readonly<Record<string, string | null>>): string[] => [
    ...names.assign(Object.entries(sockets).map(([path, name]) => ({ path, name }))).values(),
  ];

  it("are those of the sockets where a machine claims what another's socket is called", () => {
    expect(named(new GuestNames(), { "/run/a.qmp": "x", "/run/x.sock": null, "/run/b.qmp": null })).toEqual([
      "a",
      "x",
      "b",
    ]);
  });

  it("are paths where nothing else is left, and no machine can claim a path", () => {
    const sockets = { "/run/1/x.qmp": "x", "/run/2/x.qmp": "x", "/run/3/y.qmp": "/run/2/x.qmp" };
    expect(named(new GuestNames(), sockets)).toEqual(["x", "/run/2/x.qmp", "y"]);
  });

  it("are never the sign that stands for all guests in records", () => {
    expect(named(new GuestNames(), { "/run/a.qmp": "*", "/run/*.qmp": "*" })).toEqual(["a", "/run/*.qmp"]);
  });

  it("do not depend on who was found first, but on the paths", () => {
    const sockets = [
      { path: "/run/1.qmp", name: "web" },
      { path: "/run/2.qmp", name: "web" },
    ];
    for (const found of [sockets, sockets.toReversed()]) {
      expect(new GuestNames().assign(found).get("/run/1.qmp")).toBe("web");
    }
  });

  it("stay with those who have them, unless a machine comes to say something else", () => {
    const names = new GuestNames();
    expect(named(names, { "/run/2.qmp": "web" })).toEqual(["web"]);
    expect(named(names, { "/run/1.qmp": "web", "/run/2.qmp": "web" })).toEqual(["1", "web"]);
    expect(named(names, { "/run/1.qmp": "web", "/run/2.qmp": "db" })).toEqual(["1", "db"]);
  });
});

describe("the socket of a machine's agent", () => {
  const directory = socketDirectory();
  afterAll(() => directory.remove());
  const at = (name: string): string => join(directory.path, name);
  let fakes: FakeQemu[] = [];

  beforeEach(async () => {
    mkdirSync(at("other"));
    const names = ["web", "web-2", "other/web"];
    fakes = await Promise.all(names.map((name) => FakeQemu.start(directory.path, { name })));
    symlinkSync(at("other/web.qga"), at("web.link"));
    writeFileSync(at("web.file"), "");
  });

  afterEach(async () => {
    await Promise.all(fakes.map((fake) => fake.close()));
    rmSync(directory.path, { recursive: true });
    mkdirSync(directory.path);
  });

  it.each([
    ["web.qga", true],
    ["web-2.qga", false],
    ["web-2.qmp", false],
    ["web.qmp", false],
    ["other/web.qga", false],
    ["web.link", false],
    ["web.file", false],
    ["web.none", false],
    ["other/../web.qga", true],
  ])("is believed to be at %s beside another machine's: %s", async (said, isBelieved) => {
    const found = await agentSocket(at(said), at("web.qmp"), [at("web.qmp"), at("web-2.qmp")]);
    expect(found).toBe(isBelieved ? at("web.qga") : null);
  });

  it("may be called any agent's in a directory of the machine's own, but no other service's", async () => {
    expect(await agentSocket(at("web-2.qga"), at("web.qmp"), [at("web.qmp")])).toBe(at("web-2.qga"));
    expect(await agentSocket(at("web-2.qmp"), at("1.qmp"), [at("1.qmp")])).toBeNull();
    expect(await agentSocket("web.qga", at("web.qmp"), [at("web.qmp")])).toBeNull();
  });
});
