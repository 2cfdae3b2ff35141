/** A machine by the QMP socket that leads to it. */
export interface SocketOfMachine {
  readonly path: string;
  /** The other sockets that the machine says it has; null while it was never reached. */
  readonly others: readonly string[] | null;
}

/** What was found of machines that have several QMP sockets. */
export interface Doubles {
  /** Sockets that lead to a machine which another socket leads to as well: both said so of each other. */
  readonly proven: ReadonlyMap<string, string>;
  /** Sockets of which another machine says that they are its own, and which could not be asked yet. */
  readonly claimed: ReadonlySet<string>;
}

/**
 * Which sockets lead to machines that others lead to already. A machine may say of any socket that it is its own, so one
 * that can be reached must say so as well: then the first of them is used.
 */
export function findDoubles(sockets: readonly SocketOfMachine[]): Doubles {
  const proven = new Map<string, string>();
  const claimed = new Set<string>();
  const reached = new Map(sockets.map(({ path, others }) => [path, others]));
  for (const { path, others } of sockets) {
    if (others === null || proven.has(path)) continue;
    for (const other of others) {
      const back = reached.get(other);
      if (back === null) claimed.add(other);
      else if (back?.includes(path) === true && !proven.has(other)) proven.set(other, path);
    }
  }
  return { proven, claimed };
}
