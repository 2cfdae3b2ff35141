import { describe, expect, it } from "vitest";
import { parseQemuCommandLine } from "../../../src/formats/qemu-command-line.ts";

const said = (...words: readonly string[]) => parseQemuCommandLine(`${words.join("\0")}\0`);

describe("the arguments of a QEMU process", () => {
  it("name its machine and the socket of -qmp", () => {
    expect(
      said("/usr/bin/qemu-system-x86_64", "-name", "web", "-m", "512", "-qmp", "unix:/run/vm/web.qmp,server=on"),
    ).toEqual({ name: "web", qmpPaths: ["/run/vm/web.qmp"], isOfLibvirt: false });
  });

  it("name the sockets of monitors that speak QMP, as Proxmox VE has them, and none that it connects to", () => {
    const monitors = [
      ...["-chardev", "socket,id=qmp,path=/var/run/qemu-server/100.qmp,server=on,wait=off"],
      ...["-mon", "chardev=qmp,mode=control"],
      ...["-chardev", "socket,id=qmp-event,path=/var/run/qmeventd.sock,reconnect=5"],
      ...["-mon", "chardev=qmp-event,mode=control"],
      ...["-chardev", "socket,id=human,path=/var/run/human.sock,server=on", "-mon", "human"],
    ];
    expect(said("/usr/bin/kvm", "-id", "100", "-name", "db,debug-threads=on", ...monitors)).toEqual({
      name: "db",
      qmpPaths: ["/var/run/qemu-server/100.qmp"],
      isOfLibvirt: false,
    });
  });

  it("tell that libvirt started it, whose monitor is a descriptor", () => {
    const monitor = ["-chardev", "socket,id=charmonitor,fd=30,server=on,wait=off", "-mon"];
    expect(
      said(
        ...["/usr/libexec/qemu-kvm", "-name", "guest=a,,b,debug-threads=on", ...monitor],
        "chardev=charmonitor,id=monitor,mode=control",
      ),
    ).toEqual({ name: "a,b", qmpPaths: [], isOfLibvirt: true });
  });

  it.each([
    ["qemu-img", "convert"],
    ["qemu-x86_64", "/bin/true"],
    ["sh", "-c", "qemu-system-x86_64 -qmp unix:/a"],
    [""],
  ])("are none of %s", (...words) => {
    expect(said(...words)).toBeNull();
  });

  it("may be cut off or of any other kind, and then name nothing", () => {
    const nothing = { name: null, qmpPaths: [], isOfLibvirt: false };
    expect(said("qemu-system-x86_64", "-qmp", "tcp:localhost:4444,server=on", "-mon", "-qmp")).toEqual(nothing);
    expect(said("qemu-system-x86_64", "-chardev", "socket,path=/a,server=on")).toEqual(nothing);
  });
});
