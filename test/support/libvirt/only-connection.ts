import { type Connections, fixedConnections } from "../../../src/backends/libvirt/connections.ts";
import type { Libvirt } from "../../../src/backends/libvirt/libvirt.ts";

/** One connection that a test makes. */
export function onlyConnection(open: () => Libvirt, uri = "qemu:///system"): Connections {
  return fixedConnections([{ uri, isFound: false, open }]);
}
