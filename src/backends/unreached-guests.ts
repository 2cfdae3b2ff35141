import { realpathSync } from "node:fs";
import type { Config } from "../config/load.ts";
import { type Finding, finding } from "../core/finding.ts";
import { listQemuProcesses, type QemuProcess } from "../machine/qemu-processes.ts";
import { namesText } from "../view/names-text.ts";
import { findSockets } from "./host/socket-search.ts";
import { pathsOf } from "./registry.ts";

const ONE_MORE = "-qmp unix:/run/vm/NAME.qmp,server=on,wait=off (the folder must be there)";

/** Ways in which the guest of a QEMU process could be reached and is not. */
const WAYS = [
  {
    isOf: ({ isOfLibvirt }: QemuProcess) => isOfLibvirt,
    what: "here for libvirt, which is not asked",
    remedy: 'Have libvirt asked: --backend libvirt, or kind = "libvirt" under [backend].',
  },
  {
    isOf: ({ qmpPaths }: QemuProcess) => qmpPaths.length > 0,
    what: "here with a QMP socket that is not configured",
    remedy: `Name each socket: --qmp, or qmp under [backend]. Where another program holds it, as on Proxmox VE, give the guest one more: ${ONE_MORE}`,
  },
  {
    isOf: () => true,
    what: "here without a socket that selfballoon could use",
    remedy: `Start each with one: ${ONE_MORE}`,
  },
] as const;

/**
 * What `doctor` says of the QEMU processes of this machine whose guests nobody would balloon: those that have none of the
 * configured sockets and, unless `backend` is libvirt's, those of libvirt's. Whatever they say of themselves is theirs to choose.
 * @param backend the name of the one that would be used; null if there is none.
 * @param isHost whether guests of this machine are ballooned at all: then those that are left out may be so on purpose.
 */
export async function examineUnreached(
  { backendSection }: Pick<Config, "backendSection">,
  root: string,
  { backend, isHost }: { readonly backend: string | null; readonly isHost: boolean },
): Promise<readonly Finding[]> {
  const { paths } = await findSockets(pathsOf(backendSection, "qmp"));
  const reached = new Set(paths.map(realPath));
  const left = listQemuProcesses(root).filter(
    ({ qmpPaths, isOfLibvirt }) =>
      !(isOfLibvirt && backend === "libvirt") && !qmpPaths.some((path) => reached.has(realPath(path))),
  );
  return WAYS.flatMap(({ what, remedy }, way) => {
    const names = left.filter((one) => WAYS.findIndex(({ isOf }) => isOf(one)) === way).map(({ name }) => name);
    if (names.length === 0) return [];
    const processes = names.length === 1 ? "1 QEMU process runs" : `${names.length} QEMU processes run`;
    return [finding(isHost ? "info" : "warn", `${processes} ${what}: ${namesText(names)}.`, remedy)];
  });
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
