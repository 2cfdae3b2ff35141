import { existsSync } from "node:fs";
import type { Backend } from "../../core/backend.ts";
import { createLibvirtBackend } from "./backend.ts";
import { createVirsh } from "./virsh.ts";

const DEFAULT_URI = "qemu:///system";

/** Where libvirt's daemons listen, one for all or one for QEMU alone. */
const SOCKETS = ["/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock"];

/** How long virsh may take. */
const VIRSH_DEADLINE_MS = 5000;

/** What the operator says of libvirt. */
export interface LibvirtSettings {
  /** libvirt's connection; null for QEMU's of this machine. */
  readonly uri: string | null;
  /** Whether libvirt was asked for by name. */
  readonly isAskedFor: boolean;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
}

/** libvirt through virsh, which is only started where libvirt's daemon is, or where the operator says that it is. */
export function createLibvirt({ uri: named, isAskedFor, ...clocks }: LibvirtSettings): Backend {
  const uri = named ?? DEFAULT_URI;
  const run = createVirsh({ uri, program: "virsh", deadlineMs: VIRSH_DEADLINE_MS });
  const backend = createLibvirtBackend({ uri, run, ...clocks });
  if (named !== null || isAskedFor || SOCKETS.some((path) => existsSync(path))) return backend;
  const because = `libvirt is not running: there is no ${SOCKETS.join(" and no ")}`;
  return { ...backend, probe: () => Promise.resolve({ usable: false, refused: false, because }) };
}
