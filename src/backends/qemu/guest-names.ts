import { basename, extname } from "node:path";

/** A machine that a socket leads to; the name is null while it could not be reached. */
export interface NamedSocket {
  readonly path: string;
  /** `-name` of QEMU's command line; null without one, or while it is not known. */
  readonly name: string | null;
}

/**
 * The guests' names, by socket: QEMU's own name, else the socket's file name without its ending. Where two would be
 * called the same, each is called by its socket's path.
 */
export function nameGuests(sockets: readonly NamedSocket[]): ReadonlyMap<string, string> {
  const wanted = sockets.map(({ path, name }) => ({ path, name: name ?? basename(path, extname(path)) }));
  const bearers = new Map<string, number>();
  for (const { name } of wanted) bearers.set(name, (bearers.get(name) ?? 0) + 1);
  return new Map(wanted.map(({ path, name }) => [path, bearers.get(name) === 1 ? name : path]));
}
