import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { configure } from "../../../src/config/configure.ts";
import { environmentName, type Flags, loadConfig, parseSet } from "../../../src/config/load.ts";
import { TUNABLES } from "../../../src/core/tunables.ts";
import { temporaryFolder } from "../../support/trees.ts";

const FLAGS: Flags = { set: [], root: "" };
const FACTS = { hasCompressedSwap: true, defaults: {} };

function fileWith(content: string): string {
  const file = join(temporaryFolder(), "c.toml");
  writeFileSync(file, content);
  return file;
}

const load = (content: string, flags: Partial<Flags> = {}, environment: NodeJS.ProcessEnv = {}) =>
  loadConfig({ ...FLAGS, config: fileWith(content), ...flags }, environment, "nothing was done");

describe("the configuration", () => {
  it.each(TUNABLES.map(({ name }) => name))("takes %s from the file, the environment and a flag", async (name) => {
    const texts = async (...config: Parameters<typeof load>) =>
      (await load(...config)).tunables.map(({ text, source }) => [text, source]);
    expect(await texts(`[tunables]\n${name} = 1\n`, { set: [`${name}=3`] }, { [environmentName(name)]: "2" })).toEqual([
      ["1", "file"],
      ["2", "environment"],
      ["3", "flag"],
    ]);
  });

  it("lies under the root where the socket is not named, and in the user's own folder", async () => {
    expect((await load("", { root: "/tree" })).socket).toBe("/tree/run/selfballoon/selfballoon.sock");
    expect((await load("[api]\nsocket = '/a/b'\n", { root: "/tree" })).socket).toBe("/a/b");
    expect((await load("[api]\nsocket = '/a/b'\n", {}, { SELFBALLOON_SOCKET: "/c" })).socket).toBe("/c");
  });

  it("listens where the environment says, else where the file says, else where the backend's default is", async () => {
    const listen = async (...config: Parameters<typeof load>) => (await load(...config)).listen;
    expect(await listen("")).toBeUndefined();
    expect(await listen("[api]\nlisten = '127.0.0.1:80'\n")).toEqual({ host: "127.0.0.1", port: 80 });
    expect(await listen("[api]\nlisten = '[::1]:7070'\n")).toEqual({ host: "::1", port: 7070 });
    expect(await listen("[api]\nlisten = '127.0.0.1:80'\n", {}, { SELFBALLOON_LISTEN: "" })).toBeNull();
    expect((await load("[api]\ntoken_file = '/t'\n")).tokenFile).toBe("/t");
  });

  it("makes the host a member of the fleet whose servers it names, and of none without; nothing else is taken alone", async () => {
    const fleet = async (content: string) => (await load(content)).fleet;
    expect(await fleet("")).toBe(null);
    expect(await fleet("[fleet]\n")).toBe(null);
    expect(await fleet('[fleet]\nservers = ["nats://10.0.0.1:4222"]\nname = "h1"\n')).toMatchObject({
      servers: ["nats://10.0.0.1:4222"],
      name: "h1",
      replicas: 1,
    });
    await expect(fleet('[fleet]\nname = "h1"\n')).rejects.toThrow("servers must be named");
    await expect(fleet('[fleet]\nservers = ["http://10.0.0.1"]\n')).rejects.toThrow("address of a NATS server");
    const labelled = '[fleet]\nservers = ["nats://h"]\nlabels = { "__proto__" = "a" }\n';
    await expect(fleet(labelled)).rejects.toThrow("fleet.labels.__proto__: nothing can be called so");
    await expect(fleet('[fleet]\nservers = ["nats://h"]\nname = "a.b"\n')).rejects.toThrow("fleet.name must be");
  });

  it("has the control socket of a user's service in systemd's first runtime directory, unless something says where", async () => {
    const user = vi.spyOn(process, "getuid").mockReturnValue(61_234);
    onTestFinished(() => user.mockRestore());
    const socket = async (...config: Parameters<typeof load>) => (await load(...config)).socket;
    const systemd = { RUNTIME_DIRECTORY: "/run/selfballoon:/run/other" };
    expect(await socket("", {}, systemd)).toBe("/run/selfballoon/selfballoon.sock");
    expect(await socket("[api]\nsocket = '/own.sock'\n", {}, systemd)).toBe("/own.sock");
    expect(await socket("", {}, { RUNTIME_DIRECTORY: "/run/other" })).toBe("/run/other/selfballoon.sock");
    expect(await socket("", {}, { RUNTIME_DIRECTORY: "" })).toBe(await socket(""));
    // A hook that another service runs as root finds the daemon all the same.
    user.mockReturnValue(0);
    expect(await socket("", {}, { RUNTIME_DIRECTORY: "/run/other" })).toBe("/run/selfballoon/selfballoon.sock");
  });

  it("keeps history where the file says, else in systemd's first state directory, else where the backend's default is", async () => {
    const history = async (...config: Parameters<typeof load>) => (await load(...config)).history;
    const systemd = { STATE_DIRECTORY: "/var/lib/selfballoon:/var/lib/other" };
    expect(await history("")).toEqual({ maxMb: 64 });
    expect(await history("", {}, { STATE_DIRECTORY: "" })).toEqual({ maxMb: 64 });
    expect(await history("", {}, systemd)).toEqual({ directory: "/var/lib/selfballoon/history", maxMb: 64 });
    expect(await history("[history]\ndirectory = '/h'\nmax_mb = 2\n", {}, systemd)).toEqual({
      directory: "/h",
      maxMb: 2,
    });
    expect(await history("[history]\ndirectory = ''\n", {}, systemd)).toEqual({ directory: null, maxMb: 64 });
    await expect(history("[history]\ndirectory = 'h'\n")).rejects.toThrow("history.directory");
    await expect(history("[history]\nmax_mb = 0\n")).rejects.toThrow("history.max_mb");
  });

  it("takes the file that the flag names before the one of the environment", async () => {
    const file = fileWith("");
    expect((await loadConfig({ ...FLAGS }, { SELFBALLOON_CONFIG: file }, "")).file).toBe(file);
    expect((await load("", {}, { SELFBALLOON_CONFIG: "/nowhere" })).file).not.toBe("/nowhere");
  });

  it.each([
    ["guard=1", { name: "guard", text: "1" }],
    ["guard=", { name: "guard", text: "" }],
    ["guard==1\n", { name: "guard", text: "=1\n" }],
  ])("reads %j as a name and a value", (text, setting) => {
    expect(parseSet(text)).toMatchObject(setting);
  });
});

describe("a bad configuration", () => {
  it.each([
    ["[backend]\nqmp = ['a']\n", "backend.qmp.0 must be an absolute path of at most 256 characters"],
    ["[backend]\nkind = 'kvm'\n", "backend.kind must be one of auto, xen, qemu, libvirt, simulated"],
    ["[backend]\nagent = ''\n", "backend.agent must be a text of 1 to 256 characters"],
    ["[host]\nmemory_mb = 1.5\n", "host.memory_mb must be a whole number from 1 to 16777216"],
    ["[host]\nmemory_mb = 2\nreserve_mb = 2\n", "host: reserve_mb must be less than memory_mb"],
    ['[guests."a.b"]\nweight = 0\n', 'guests."a.b".weight must be a whole number from 1 to 1000'],
    ['[guests."a.b"]\nweigth = 1\n', 'there is no key guests."a.b".weigth (did you mean weight?)'],
    ['[guests.""]\n', "guests: names must have 1 to 256 characters"],
    ['[guests."a".schedule]\nquiet = ["22-06"]\n', 'guests.a.schedule.quiet.0: must be hours such as "22:00-06:00"'],
    ['[guests."a".schedule]\nquiet = "22:00-06:00"\n', "guests.a.schedule.quiet must be a list of hours such as"],
    ['[guests."a".schedule]\nquite = []\n', "there is no key guests.a.schedule.quite (did you mean"],
    ["guests = 3\n", "guests must be a section"],
    ["[api]\nlisten = 7070\n", 'api.listen must be HOST:PORT, such as "127.0.0.1:7070"'],
  ])("%j says what must be there", async (content, problem) => {
    await expect(load(content)).rejects.toThrow(problem);
  });

  it("is told whole: all that is wrong with its keys", async () => {
    const content = "[backend]\nqmp = 'x'\nkind = 3\n[host]\nmemory = 1\n[guests.web]\nmin_mb = 0\n";
    const problem =
      /backend\.kind must be .*; backend\.qmp must be .*; there is no key host\.memory \(did.*\); guests\.web\.min_mb must be .*; nothing was done$/;
    await expect(load(content)).rejects.toThrow(problem);
  });

  it("is told whole: all values that the write rules refuse", async () => {
    const config = await load("[tunables]\nguard = 3\nselfballoon_interval = 0\n[guests.web]\nguard = 4\n");
    const problem =
      /^\S+c\.toml: selfballoon_interval must be .*; guard must be .* not "3" .*; \S+c\.toml \[guests\."web"\]: guard must be .* not "4" .*; nothing was done$/;
    expect(() => configure(config, FACTS, "nothing was done")).toThrow(problem);
  });
});

describe("guests of the configuration", () => {
  const forGuest = async (content: string, guest: string) =>
    configure(await load(content), FACTS, "nothing was done").guestTunables(guest);

  it.each([
    ["web", "web", true],
    ["__proto__", "__proto__", true],
    ["constructor", "constructor", true],
    ["constructor", "toString", false],
    ["web", "web2", false],
    ["web*", "web2", true],
    ["*", "", true],
    ["w?b", "web", true],
    ["w?b", "wb", false],
    ["w.b", "web", false],
    ["a[b]c", "a[b]c", true],
    ["a|web", "web", false],
    ["*-db", "a\nb-db", true],
    ["*********************x", "a".repeat(5000), false],
  ])("%j matches %.20j: %s", async (pattern, guest, matches) => {
    const found = await forGuest(`[guests.${JSON.stringify(pattern)}]\nfrontswap_inertia = 7\n`, guest);
    expect(found).toEqual(matches ? { frontswap_inertia: 7 } : {});
  });

  it("are refused a value by the same rules, and the error names the section", async () => {
    const config = await load('[guests."web"]\nfrontswap_inertia = 0\n');
    expect(() => configure(config, FACTS, "nothing was done")).toThrow(/c\.toml \[guests\."web"\]: .*EINVAL/);
  });

  it("have no frontswap tunables where there is no compressed swap", async () => {
    const config = await load("[tunables]\nfrontswap_inertia = 2\n");
    const facts = { hasCompressedSwap: false, defaults: {} };
    expect(() => configure(config, facts, "nothing was done")).toThrow("no compressed swap is configured");
  });
});

describe("where a value comes from", () => {
  it("is start-up for what start-up found, until somebody says something else", async () => {
    const facts = { hasCompressedSwap: true, defaults: { selfballoon_reserved_mb: 44, selfballooning: 0 } };
    const { settings, sources } = configure(await load("[tunables]\nselfballooning = 1\n"), facts, "");
    expect(settings.values).toMatchObject({ selfballoon_reserved_mb: 44, selfballooning: 1 });
    expect(sources).toEqual({ selfballoon_reserved_mb: "start-up", selfballooning: "file" });
  });
});
