import { describe, expect, it } from "vitest";
import { localConnection, SYSTEM_SOCKETS } from "../../../../src/backends/libvirt/socket-paths.ts";

describe("a connection of libvirt's", () => {
  it.each([
    ["qemu:///system", "qemu:///system", SYSTEM_SOCKETS],
    ["qemu+unix:///system", "qemu:///system", SYSTEM_SOCKETS],
    ["qemu:///session", "qemu:///session", ["/run/user/7/libvirt/virtqemud-sock", "/run/user/7/libvirt/libvirt-sock"]],
    ["qemu:///session?socket=/tmp/a%20b", "qemu:///session", ["/tmp/a b"]],
    ["test+unix:///default?socket=/run/x", "test:///default", ["/run/x"]],
  ])("%s is reached by sockets of this machine", (uri, name, paths) => {
    expect(localConnection(uri, "/run/user/7")).toEqual({ name, paths, isUsual: !uri.includes("socket=") });
  });

  it.each([
    "qemu+ssh://host/system",
    "qemu+ssh:///system",
    "qemu+tls://host/system",
    "qemu://host/system",
    "qemu+unix://root@/system",
    "qemu+unix:///system?socket=relative",
    "qemu+unix:///system?socket=/run/x&mode=legacy",
    "qemu:///embed?root=/x",
    "test:///default",
    "xen:///system",
    "system",
    "",
  ])("%j is left to virsh", (uri) => {
    expect(localConnection(uri, "/run/user/7")).toBeNull();
  });

  it("of a session is left to virsh where there is no folder for its sockets", () => {
    expect(localConnection("qemu:///session", undefined)).toBeNull();
  });
});
