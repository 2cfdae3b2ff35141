import { existsSync } from "node:fs";
import type { Backend } from "../../core/backend.ts";
import { createLibvirtBackend } from "./backend.ts";
import { chooseLibvirt, throughVirsh } from "./choose.ts";
import { SYSTEM_SOCKETS } from "./socket-paths.ts";

const DEFAULT_URI = "qemu:///system";

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

/** libvirt, which is only looked for where its daemon is, or where the operator says that it is. */
export async function createLibvirt({ uri: named, isAskedFor, ...clocks }: LibvirtSettings): Promise<Backend> {
  const uri = named ?? DEFAULT_URI;
  if (named !== null || isAskedFor || SYSTEM_SOCKETS.some((path) => existsSync(path))) {
    const runtimeFolder = process.env["XDG_RUNTIME_DIR"];
    return createLibvirtBackend({
      libvirt: await chooseLibvirt({ uri, runtimeFolder, nowMs: clocks.nowMs }),
      ...clocks,
    });
  }
  const backend = createLibvirtBackend({ libvirt: throughVirsh(uri), ...clocks });
  const because = `libvirt is not running: there is no ${SYSTEM_SOCKETS.join(" and no ")}`;
  return { ...backend, probe: () => Promise.resolve({ usable: false, refused: false, because }) };
}
