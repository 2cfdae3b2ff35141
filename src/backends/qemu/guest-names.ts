import { basename } from "node:path";
import { ALL_GUESTS } from "../../core/all-guests.ts";

/** A machine that a socket leads to; the name is null while it could not be reached. */
export interface NamedSocket {
  readonly path: string;
  /** What the machine says that it is called: `-name` of QEMU's command line. Null without one, or while it is not known. */
  readonly name: string | null;
}

/** The guests' names, by the paths of their sockets, which the operator and the host's kernel vouch for. */
export class GuestNames {
  private given: ReadonlyMap<string, NamedSocket & { readonly guest: string }> = new Map();

  /**
   * Name the machines that there are: as QEMU says, else by the socket's file name without its ending, else by its path.
   * What a machine says of itself is no proof, so it takes no other's name: whoever has a name keeps it, and where two
   * want the same at once, it is that of the socket's file name, else of the first path.
   */
  assign(sockets: readonly NamedSocket[]): ReadonlyMap<string, string> {
    const taken = new Set<string>();
    const given = new Map<string, NamedSocket & { readonly guest: string }>();
    const rank = (socket: NamedSocket): number => (this.keeps(socket) ? 0 : isOwn(socket) ? 1 : 2);
    for (const socket of [...sockets].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1))) {
      const before = this.given.get(socket.path);
      const wanted =
        before !== undefined && this.keeps(socket) ? [before.guest] : [...claimOf(socket), stemOf(socket.path)];
      const guest = wanted.find((name) => !taken.has(name) && name !== ALL_GUESTS) ?? socket.path;
      taken.add(guest);
      given.set(socket.path, { ...socket, guest });
    }
    this.given = given;
    return new Map(sockets.map(({ path }) => [path, given.get(path)?.guest ?? path]));
  }

  /** Whether the machine has been given a name, and says what it said then. */
  private keeps({ path, name }: NamedSocket): boolean {
    const before = this.given.get(path);
    return before !== undefined && before.name === name;
  }
}

/** The socket's file name without its ending. */
export function stemOf(path: string): string {
  const name = basename(path);
  const end = name.lastIndexOf(".");
  return end > 0 ? name.slice(0, end) : name;
}

/** Whether the socket's file name says the same as the machine. */
function isOwn({ path, name }: NamedSocket): boolean {
  return name === null || name === stemOf(path);
}

/** Paths are names, too, and those are of sockets. */
function claimOf({ name }: NamedSocket): readonly string[] {
  return name === null || name.includes("/") ? [] : [name];
}
