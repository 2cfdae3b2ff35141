import { debianGateOf } from "./debian-root.ts";
import { buildLibvirtRoot } from "./libvirt-root.ts";

/** One of libvirt's daemons that guests can run under. */
export interface LibvirtDaemon {
  /** For the titles of tests. */
  readonly title: string;
  readonly program: "libvirtd" | "virtqemud";
  /** Its socket's name in /run/libvirt. */
  readonly socket: string;
  /** The file tree that it runs from; empty: this machine. */
  root(): Promise<string>;
}

/** One daemon for all kinds of guests, as this machine's Debian 12 has it. */
export const LIBVIRTD: LibvirtDaemon = {
  title: "libvirtd of Debian 12",
  program: "libvirtd",
  socket: "libvirt-sock",
  root: () => Promise.resolve(""),
};

/** The same of the release after. */
const NEXT_LIBVIRTD: LibvirtDaemon = { ...LIBVIRTD, title: "libvirtd of Debian 13", root: buildLibvirtRoot };

/** The daemon for QEMU's guests alone, of that release. */
const VIRTQEMUD: LibvirtDaemon = {
  title: "virtqemud of Debian 13",
  program: "virtqemud",
  socket: "virtqemud-sock",
  root: buildLibvirtRoot,
};

/** Those that can run where `libvirtGate` lets tests run. */
export async function libvirtDaemons(): Promise<readonly LibvirtDaemon[]> {
  return (await debianGateOf(buildLibvirtRoot)).skip ? [LIBVIRTD] : [LIBVIRTD, NEXT_LIBVIRTD, VIRTQEMUD];
}
