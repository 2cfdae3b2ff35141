import { isInstalled } from "../../machine/installed.ts";

/** libvirt's own client. */
export const VIRSH = "virsh";

/** Whether libvirt's own client can be started. */
export function hasVirsh(): boolean {
  return isInstalled(VIRSH, process.env["PATH"] ?? "");
}
