/** Where a fleet's service has the page of a host. */
const PLACE = /^\/hosts\/([A-Za-z0-9][\w-]{0,62})\/$/;

/** The host whose page this is, where a fleet's service serves it; null: whoever serves it speaks for itself. */
export function fleetHost(): string | null {
  return PLACE.exec(location.pathname)?.[1] ?? null;
}

/** Where what the daemon answers at `path` is read: of itself, or through its fleet, whose service has its own paths. */
export function apiPath(path: string): string {
  const host = fleetHost();
  return host === null || path.startsWith("/v1/fleet") ? path : `/v1/fleet/hosts/${host}${path}`;
}

/** The page of a host in its fleet; of one guest, if it is named. */
export function hostAddress(host: string, guest: string | null = null): string {
  return `/hosts/${host}/${guest === null ? "" : `#/guests/${encodeURIComponent(guest)}`}`;
}
