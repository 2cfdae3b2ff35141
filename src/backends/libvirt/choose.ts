import type { Libvirt } from "./libvirt.ts";
import { RpcLibvirt } from "./rpc/rpc-libvirt.ts";
import { localConnection } from "./socket-paths.ts";
import { createVirsh } from "./virsh.ts";
import { VirshLibvirt } from "./virsh-libvirt.ts";

/** How long one call, or one virsh, may take. */
const DEADLINE_MS = 5000;

export interface ChooseOptions {
  /** libvirt's connection, such as `qemu:///system`. */
  readonly uri: string;
  /** XDG_RUNTIME_DIR. */
  readonly runtimeFolder: string | undefined;
  readonly nowMs: () => number;
}

/** libvirt by its own protocol where a socket of this machine answers, else through virsh. */
export async function chooseLibvirt({ uri, runtimeFolder, nowMs }: ChooseOptions): Promise<Libvirt> {
  const { name, paths } = localConnection(uri, runtimeFolder) ?? { name: uri, paths: [] };
  for (const path of paths) {
    const libvirt = new RpcLibvirt({ uri, path, name, deadlineMs: DEADLINE_MS, nowMs });
    try {
      await libvirt.probe();
      return libvirt;
    } catch {
      await libvirt.close(); // virsh says what is wrong, should it fail too
    }
  }
  return throughVirsh(uri);
}

/** libvirt through virsh, which is not started before something is asked. */
export function throughVirsh(uri: string): Libvirt {
  return new VirshLibvirt(uri, createVirsh({ uri, program: "virsh", deadlineMs: DEADLINE_MS }));
}
