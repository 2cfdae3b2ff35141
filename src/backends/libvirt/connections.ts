import { findSockets, isPattern, mayBeThere } from "../host/socket-search.ts";
import type { Libvirt } from "./libvirt.ts";
import { FOUND_LIMITS } from "./rpc/limits.ts";
import { RpcLibvirt } from "./rpc/rpc-libvirt.ts";
import { isAnyThere, type LocalConnection, localConnection } from "./socket-paths.ts";
import { createVirsh } from "./virsh.ts";
import { VirshLibvirt } from "./virsh-libvirt.ts";
import { hasVirsh, VIRSH } from "./virsh-program.ts";

/** How long one call, or one virsh, may take. */
const DEADLINE_MS = 5000;

/** One connection of libvirt's. */
export interface Connection {
  /** What it is called, such as `qemu:///system`; no other has this name. */
  readonly uri: string;
  /** Whether it is one of those that a pattern stands for, and not named itself. */
  readonly isFound: boolean;
  /** Whether it goes through virsh only as long as none of its sockets is there. */
  readonly isForNow?: boolean;
  /** Nothing is touched before something is asked. */
  readonly open: () => Libvirt;
}

/** Which connections there are. */
export interface ConnectionSearch {
  /** Those that the operator named first, then those that patterns stand for; in the operator's order, by path, each once. */
  readonly connections: readonly Connection[];
  /** Whether the connection `uri` may still be there, though it was not found: the search could not look at it. */
  readonly mayBeThere: (uri: string) => boolean;
}

/** The connections that the operator names. */
export interface Connections {
  /** As the operator wrote them. */
  readonly uris: readonly string[];
  find(): Promise<ConnectionSearch>;
}

export interface ConnectionsOptions {
  readonly uris: readonly string[];
  /** XDG_RUNTIME_DIR. */
  readonly runtimeFolder: string | undefined;
  readonly nowMs: () => number;
}

/** Libvirt by its own protocol where its sockets are on this machine, else through virsh, if that is there. `*` and `?` in `socket=` stand for parts of names. */
export function createConnections({ uris, runtimeFolder, nowMs }: ConnectionsOptions): Connections {
  const named = uris.map((uri) => ({ uri, local: localConnection(uri, runtimeFolder) }));
  return { uris, find: () => findConnections(named, nowMs) };
}

/** Connections that are there whatever happens. */
export function fixedConnections(connections: readonly Connection[]): Connections {
  const search: ConnectionSearch = { connections, mayBeThere: () => false };
  return { uris: connections.map(({ uri }) => uri), find: () => Promise.resolve(search) };
}

interface NamedConnection {
  readonly uri: string;
  readonly local: LocalConnection | null;
}

async function findConnections(named: readonly NamedConnection[], nowMs: () => number): Promise<ConnectionSearch> {
  const found = await Promise.all(
    named.map(async ({ uri, local }) => {
      if (local === null) return { connections: [throughVirsh(uri)], mayBeThere: () => false };
      if (local.paths.some(isPattern)) return matching(local, nowMs);
      // libvirt's own client may know of another way, as in a container.
      if (local.isUsual && !isAnyThere(local.paths) && hasVirsh())
        return { connections: [{ ...throughVirsh(uri), isForNow: true }], mayBeThere: () => false };
      const open = (): Libvirt => new RpcLibvirt({ uri, ...local, deadlineMs: DEADLINE_MS, nowMs });
      return { connections: [{ uri, isFound: false, open }], mayBeThere: () => false };
    }),
  );
  const all = found.flatMap(({ connections }) => connections);
  const byUri = new Map<string, Connection>();
  for (const one of [...all.filter(({ isFound }) => !isFound), ...all.filter(({ isFound }) => isFound)]) {
    if (!byUri.has(one.uri)) byUri.set(one.uri, one);
  }
  return { connections: [...byUri.values()], mayBeThere: (uri) => found.some((search) => search.mayBeThere(uri)) };
}

/** A connection for each socket that is there now. */
async function matching({ name, paths: patterns }: LocalConnection, nowMs: () => number): Promise<ConnectionSearch> {
  const search = await findSockets(patterns);
  const prefix = `${name}?socket=`;
  const connections = search.paths.map((path) => {
    const uri = `${prefix}${path}`;
    const options = { uri, name, paths: [path], limits: FOUND_LIMITS, deadlineMs: DEADLINE_MS, nowMs };
    const open = (): Libvirt => new RpcLibvirt(options);
    return { uri, isFound: true, open };
  });
  return {
    connections,
    mayBeThere: (uri) => uri.startsWith(prefix) && mayBeThere(uri.slice(prefix.length), search),
  };
}

function throughVirsh(uri: string): Connection {
  const open = (): Libvirt => new VirshLibvirt(uri, createVirsh({ uri, program: VIRSH, deadlineMs: DEADLINE_MS }));
  return { uri, isFound: false, open };
}
