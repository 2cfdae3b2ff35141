import { existsSync } from "node:fs";

/** Where libvirt's daemons listen for QEMU's domains: one for QEMU alone, or one for all. */
export const SYSTEM_SOCKETS = ["/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock"] as const;

/** A connection of libvirt's that is reached through a unix socket of this machine. */
export interface LocalConnection {
  /** What the daemon is asked to open. */
  readonly name: string;
  /** Sockets that may lead there, the best one first. */
  readonly paths: readonly string[];
  /** Whether these are libvirt's usual ones, and not named by the operator. */
  readonly isUsual: boolean;
}

/**
 * How the connection `uri` is reached without virsh; null if it is elsewhere, or wants what only libvirt's own client
 * knows (libvirt, remote URIs). `runtimeFolder`: XDG_RUNTIME_DIR, where a session has its sockets.
 */
export function localConnection(uri: string, runtimeFolder: string | undefined): LocalConnection | null {
  if (!URL.canParse(uri)) return null;
  const parts = new URL(uri);
  if (parts.host !== "" || parts.username !== "" || parts.hash !== "") return null;
  const [driver, transport] = parts.protocol.slice(0, -1).split("+");
  const socket = parts.searchParams.get("socket");
  const isPlain = [...parts.searchParams.keys()].every((key) => key === "socket");
  if (!isPlain || (transport ?? "unix") !== "unix") return null;
  const name = `${driver}://${parts.pathname}`;
  if (socket !== null) return socket.startsWith("/") ? { name, paths: [socket], isUsual: false } : null;
  if (driver !== "qemu") return null; // libvirt's client needs no daemon for some of the others
  if (parts.pathname === "/system") return { name, paths: SYSTEM_SOCKETS, isUsual: true };
  if (parts.pathname !== "/session" || runtimeFolder === undefined) return null;
  const paths = ["virtqemud-sock", "libvirt-sock"].map((file) => `${runtimeFolder}/libvirt/${file}`);
  return { name, paths, isUsual: true };
}

/** Whether one of the sockets is there. */
export function isAnyThere(paths: readonly string[]): boolean {
  return paths.some((path) => existsSync(path));
}

/** Whether the domains of the connection `uri` run on this machine: it names no other (libvirt, connection URIs). */
export function isOnThisMachine(uri: string): boolean {
  return URL.canParse(uri) && new URL(uri).host === "";
}
