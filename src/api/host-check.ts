import { hostname } from "node:os";

/**
 * Whether a request's `Host` is one that this server has. A page from elsewhere can make a browser send requests here under
 * a name of its own (DNS rebinding), and reads the answers as its own; that name gives it away.
 * @param localAddress the address that the connection came to, with `port`.
 */
export function isOwnHost(
  host: string | undefined,
  localAddress: string | undefined,
  port: number | undefined,
): boolean {
  if (host === undefined || port === undefined) return false;
  const names = ["localhost", hostname(), ...(localAddress === undefined ? [] : [urlHost(localAddress)])];
  return names.some((name) => isSame(host, name, port));
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
