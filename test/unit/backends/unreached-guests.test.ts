import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { examineUnreached } from "../../../src/backends/unreached-guests.ts";
import { Tree, temporaryFolder } from "../../support/trees.ts";

const LIBVIRT = ["-chardev", "socket,id=charmonitor,fd=30,server=on", "-mon", "chardev=charmonitor,mode=control"];

/** A machine on which these QEMU processes run, beside others. */
function machineWith(...processes: readonly (readonly string[])[]): string {
  const tree = new Tree("xen/pv-idle");
  tree.write("proc/1/cmdline", "/sbin/init\0");
  for (const [nth, words] of processes.entries())
    tree.write(`proc/${100 + nth}/cmdline`, ["qemu-system-x86_64", ...words, ""].join("\0"));
  return tree.root;
}

/** What is said where `qmp` is configured. */
async function said(
  root: string,
  qmp: readonly string[],
  reach: Parameters<typeof examineUnreached>[2] = { backend: null, isHost: true },
) {
  const found = await examineUnreached({ backendSection: { qmp } }, root, reach);
  return found.map(({ level, what, remedy }) => `${level}: ${what} ${remedy}`);
}

/** A socket that is there. */
async function socketAt(name: string): Promise<string> {
  const path = join(temporaryFolder(), name);
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

describe("what `doctor` says of QEMU processes that nobody would balloon", () => {
  it("is nothing where there are none, or no processes can be seen", async () => {
    expect(await said(machineWith(), [])).toEqual([]);
    expect(await said(temporaryFolder(), [])).toEqual([]);
  });

  it("is how many have no socket that could be used, and how they would get one", async () => {
    const nobody = { backend: null, isHost: false };
    expect(await said(machineWith(["-name", "web"], ["-m", "512"]), [], nobody)).toEqual([
      "warn: 2 QEMU processes run here without a socket that selfballoon could use: web, process 101. " +
        "Start each with one: -qmp unix:/run/vm/NAME.qmp,server=on,wait=off (the folder must be there)",
    ]);
  });

  it("is which of them have a socket that is not configured, wherever its path is relative to", async () => {
    const path = await socketAt("web.qmp");
    const root = machineWith(
      ["-name", "web", "-qmp", `unix:${path},server=on`],
      ["-name", "db", "-qmp", "unix:db.qmp"],
    );
    expect(await said(root, [path])).toEqual([
      expect.stringMatching(/^info: 1 QEMU process runs here with a QMP socket that is not configured: db\. Name/),
    ]);
    expect(await said(root, ["/db.qmp"])).toHaveLength(1);
  });

  it("is nothing of libvirt's guests where libvirt is asked, and else how it is asked", async () => {
    const root = machineWith(["-name", "guest=web", ...LIBVIRT]);
    expect(await said(root, [], { backend: "libvirt", isHost: true })).toEqual([]);
    expect(await said(root, [])).toEqual([
      expect.stringMatching(/ runs here for libvirt, which is not asked: web\. .*--backend libvirt/),
    ]);
  });

  it("names eight at the most, and does nothing to a terminal whatever they are called", async () => {
    const many = Array.from({ length: 20 }, (_, nth) => ["-name", nth === 0 ? "a\u001b[2Jb\u202e" : `vm-${nth}`]);
    const [line = ""] = await said(machineWith(...many), []);
    expect(line).toContain("a\\u{1b}[2Jb\\u{202e}, ");
    expect(line).toContain(" and 12 more. ");
  });
});
