import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLibvirtBackend } from "../../../../src/backends/libvirt/backend.ts";
import { type Connection, fixedConnections } from "../../../../src/backends/libvirt/connections.ts";
import { examineLibvirt } from "../../../../src/backends/libvirt/examine.ts";
import { LibvirtHosts, type LibvirtHostsOptions } from "../../../../src/backends/libvirt/hosts.ts";
import { VirshLibvirt } from "../../../../src/backends/libvirt/virsh-libvirt.ts";
import { FakeVirsh } from "../../../support/libvirt/fake-virsh.ts";

describe("a libvirt connection that is slow", () => {
  const signal = new AbortController().signal;
  let virsh: FakeVirsh;
  let tookMs: number;

  beforeEach(() => {
    vi.useFakeTimers();
    virsh = new FakeVirsh();
    tookMs = 2500;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A connection whose calls take `tookMs`. */
  const slow = (): Connection => {
    const run = async (...call: Parameters<FakeVirsh["run"]>) => {
      const output = await virsh.run(...call);
      await new Promise((resolve) => setTimeout(resolve, tookMs));
      return output;
    };
    return {
      uri: "qemu+ssh://host/system",
      isFound: false,
      open: () => new VirshLibvirt("qemu+ssh://host/system", run),
    };
  };
  const quick = (): Connection => {
    const other = new FakeVirsh(50);
    other.add("quick");
    return { uri: "qemu:///system", isFound: false, open: () => new VirshLibvirt("qemu:///system", other.run) };
  };
  const optionsOf = (...connections: readonly Connection[]): LibvirtHostsOptions => ({
    connections: fixedConnections(connections),
    nowMs: () => performance.now(),
    nowS: () => 0,
  });
  const hostOf = (...connections: readonly Connection[]): LibvirtHosts => new LibvirtHosts(optionsOf(...connections));
  const look = async (host: LibvirtHosts, afterMs: number): Promise<readonly string[]> => {
    const looking = host.guests(signal);
    await vi.advanceTimersByTimeAsync(afterMs);
    return looking;
  };

  it("is waited for where it is the only one, and has its guests from then on, though each answer is late", async () => {
    virsh.add("one");
    const host = hostOf(slow());
    let changes = 0;
    host.listen(() => {
      changes += 1;
    });
    expect(await look(host, 2500)).toEqual(["one"]);
    virsh.add("two");
    for (let looks = 0; looks < 2; looks += 1) {
      await vi.advanceTimersByTimeAsync(5000);
      expect(await look(host, 2000)).toEqual(looks === 0 ? ["one"] : ["one", "two"]);
      expect(host.problems()).toEqual([]);
    }
    expect(changes).toBe(1); // the second guest came late, and then nothing did
  });

  it("keeps the others waiting for 2 s once, and its guests are taken when its answer comes", async () => {
    virsh.add("one");
    const host = hostOf(slow(), quick());
    expect(await look(host, 2000)).toEqual(["quick"]);
    expect(host.problems()).toMatchObject([{ code: "ERR_CONNECTION" }]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await look(host, 100)).toEqual(["quick", "one"]);
    expect(host.problems()).toEqual([]);
  });

  it("is told once its call has failed, and its guests stay", async () => {
    virsh.add("one");
    tookMs = 0;
    const host = hostOf(slow());
    expect(await look(host, 0)).toEqual(["one"]);
    await vi.advanceTimersByTimeAsync(5000);
    vi.spyOn(virsh, "run").mockRejectedValue(new Error("it hung"));
    expect(await look(host, 0)).toEqual(["one"]);
    expect(host.problems().map(({ message }) => message)).toEqual([expect.stringContaining("it hung")]);
  });

  it("keeps nobody waiting at the start: at most 256 are tried, all at once, and one that answers is enough", async () => {
    tookMs = 3_600_000;
    const opened = vi.fn(slow().open);
    const many = Array.from({ length: 300 }, () => ({ ...slow(), open: opened }));
    const { probe } = createLibvirtBackend(optionsOf(...many.slice(0, 200), quick(), ...many.slice(200)));
    expect(await probe()).toMatchObject({ usable: true });
    expect(opened).toHaveBeenCalledTimes(255);
  });

  it("is given up at the start after 6 s where no other answers", async () => {
    tookMs = 3_600_000;
    const probing = createLibvirtBackend(optionsOf(slow(), slow())).probe();
    await vi.advanceTimersByTimeAsync(6000);
    expect(await probing).toMatchObject({ usable: false, because: expect.stringContaining("6000 ms") });
  });

  it("keeps doctor from looking at more of its domains after a quarter of a minute", async () => {
    for (let nth = 0; nth < 60; nth += 1) virsh.add(`web-${nth}`);
    const examining = examineLibvirt(optionsOf(slow()), { found: "" });
    await vi.advanceTimersByTimeAsync(60_000);
    const said = (await examining).at(-1)?.what;
    expect(said).toMatch(/^libvirt: [0-9]+ more domains were not looked at\.$/);
  });

  it("keeps doctor from looking at others after half a minute", async () => {
    tookMs = 5000;
    const connections = Array.from({ length: 20 }, slow);
    const examining = examineLibvirt(optionsOf(...connections), { found: "" });
    await vi.advanceTimersByTimeAsync(40_000);
    expect((await examining).at(-1)?.what).toBe("libvirt: 13 more connections were not looked at.");
  });
});
