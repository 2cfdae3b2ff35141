import type { Backend } from "../../core/backend.ts";
import { createLibvirtBackend } from "./backend.ts";
import { createConnections } from "./connections.ts";
import { isAnyThere, SYSTEM_SOCKETS } from "./socket-paths.ts";

const DEFAULT_URI = "qemu:///system";

/** What the operator says of libvirt. */
export interface LibvirtSettings {
  /** libvirt's connections; null for QEMU's of this machine. */
  readonly uris: readonly string[] | null;
  /** Whether libvirt was asked for by name. */
  readonly isAskedFor: boolean;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
}

/** libvirt, which is only looked for where its daemon is, or where the operator says that it is. */
export function createLibvirt({ uris, isAskedFor, ...clocks }: LibvirtSettings): Backend {
  const runtimeFolder = process.env["XDG_RUNTIME_DIR"];
  const connections = createConnections({ uris: uris ?? [DEFAULT_URI], runtimeFolder, nowMs: clocks.nowMs });
  const backend = createLibvirtBackend({ connections, ...clocks });
  if (uris !== null || isAskedFor || isAnyThere(SYSTEM_SOCKETS)) return backend;
  const because = `libvirt is not running: there is no ${SYSTEM_SOCKETS.join(" and no ")}`;
  return { ...backend, probe: () => Promise.resolve({ usable: false, refused: false, because }) };
}
