/** Where libvirt's daemons listen for QEMU's domains: one for QEMU alone, or one for all. */
export const SYSTEM_SOCKETS = ["/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock"] as const;

/** A connection of libvirt's that is reached through a unix socket of this machine. */
export interface LocalConnection {
  /** What the daemon is asked to open. */
  readonly name: string;
  /** Sockets that may lead there, the best one first. */
  readonly paths: readonly string[];
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
  if (socket !== null) return socket.startsWith("/") ? { name, paths: [socket] } : null;
  if (driver !== "qemu") return null; // libvirt's client needs no daemon for some of the others
  if (parts.pathname === "/system") return { name, paths: SYSTEM_SOCKETS };
  if (parts.pathname !== "/session" || runtimeFolder === undefined) return null;
  return { name, paths: ["virtqemud-sock", "libvirt-sock"].map((file) => `${runtimeFolder}/libvirt/${file}`) };
}

/** Whether the domains of the connection `uri` run on this machine: it names no other (libvirt, connection URIs). */
export function isOnThisMachine(uri: string): boolean {
  return URL.canParse(uri) && new URL(uri).host === "";
}
