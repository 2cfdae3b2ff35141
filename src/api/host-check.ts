import { isIPv4 } from "node:net";
import { hostname } from "node:os";

/**
 * Whether a request's `Host` is one that this server has. A page from elsewhere can make a browser send requests here under
 * a name of its own (DNS rebinding), and reads the answers as its own; that name gives it away.
 * @param allowed other Host headers that the operator allows, as of a proxy or a tunnel.
 * @param localAddress the address that the connection came to, with `port`.
 */
export function isOwnHost(
  host: string | undefined,
  localAddress: string | undefined,
  port: number | undefined,
  allowed: readonly string[] = [],
): boolean {
  if (host === undefined || port === undefined) return false;
  if (allowed.some((name) => name.toLowerCase() === host.toLowerCase())) return true;
  const names = ["localhost", hostname(), ...(localAddress === undefined ? [] : [urlHost(localAddress)])];
  return names.some((name) => isSame(host, name, port));
}

/** Addresses that stand for all of this machine's. */
const ALL_ADDRESSES: readonly string[] = ["0.0.0.0", "::"];

/** Whether others than this machine may reach what listens on `host`. */
export function isOpen(host: string): boolean {
  return !(host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127.")));
}

/** What a browser is to be told for the address that is listened on: this machine's name where it is all of them. */
export function reachableHost(host: string): string {
  return ALL_ADDRESSES.includes(host) ? hostname() : host;
}

/** An address as URLs write it: IPv6 in brackets, IPv4 as it is even where the socket takes both. */
export function urlHost(address: string): string {
  const plain = address.replace(/^::ffff:(?=[0-9.]+$)/, "");
  return plain.includes(":") ? `[${plain}]` : plain;
}

function isSame(host: string, name: string, port: number): boolean {
  const asked = host.toLowerCase();
  return asked === `${name.toLowerCase()}:${port}` || (port === 80 && asked === name.toLowerCase());
}
