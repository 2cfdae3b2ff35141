import type { Cancellation, GuestSize, OpenBackend, Reading, WatchSample } from "../../core/backend.ts";
import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { cancellable } from "../host/cancellation.ts";
import type { Connection, Connections } from "./connections.ts";
import { DomainNames, type ShownDomain } from "./domain-names.ts";
import { Member } from "./member.ts";
import { Successors } from "./successors.ts";

/** Most connections that are used at a time. */
export const MAX_CONNECTIONS = 256;

/** A connection whose socket has gone is kept so long where it has domains: its daemon may only be started again. */
const GONE_MS = 90_000;

export interface LibvirtHostsOptions {
  readonly connections: Connections;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
}

/** The active domains of all connections. What goes wrong with one of them costs only its own domains. */
export class LibvirtHosts implements OpenBackend {
  private readonly options: LibvirtHostsOptions;
  private readonly members = new Map<string, Member>();
  private readonly successors: Successors;
  private readonly names = new DomainNames();
  private onChange: () => void = () => {};
  /** Null before anybody was looked for. */
  private byName: ReadonlyMap<string, ShownDomain> | null = null;
  private found: readonly SelfballoonError[] = [];

  constructor(options: LibvirtHostsOptions) {
    this.options = options;
    this.successors = new Successors((connection) => this.memberOf(connection));
  }

  listen(onChange: () => void): void {
    this.onChange = onChange;
  }

  /**
   * The domains by name. One that has the name of another of before is left out for once, so that nothing that was
   * learnt of that one is held against it, or for it.
   * @throws what is wrong with the first connection, if none has ever said which domains it has.
   */
  async guests(cancellation: Cancellation): Promise<readonly string[]> {
    await cancellable(this.look(), "finding guests", cancellation);
    const members = [...this.members.values()];
    const [failure = null] = members.map((member) => member.failure);
    if (failure !== null && members.every((member) => member.failure !== null && !member.hasAnswered)) throw failure;
    const { guests, problems } = this.names.assign(members.flatMap(({ domains }) => domains));
    const before = this.byName;
    const isAnother = (domain: ShownDomain, was = domain): boolean =>
      domain.connection !== was.connection || domain.uuid !== was.uuid || domain.id !== was.id;
    const isReplaced = ([name, domain]: readonly [string, ShownDomain]): boolean =>
      isAnother(domain, before?.get(name));
    const now = [...guests].filter((entry) => !isReplaced(entry));
    this.byName = new Map(now);
    const problemsOf = (isFound: boolean): readonly SelfballoonError[] =>
      members.flatMap((member) => (member.connection.isFound === isFound ? member.problems : []));
    this.found = [...this.found, ...problemsOf(false), ...problems, ...problemsOf(true)];
    if (now.length < guests.size) this.onChange();
    return [...this.byName.keys()];
  }

  /** What is wrong with connections and domains, so that they are left alone; of found connections last. */
  problems(): readonly SelfballoonError[] {
    return this.found;
  }

  async observe(guest: string, cancellation: Cancellation): Promise<Reading> {
    const { member, domain } = await this.find(guest, cancellation);
    return member.host.observe(domain, guest, cancellation);
  }

  watch(guest: string, cancellation: Cancellation): Promise<WatchSample | null> | WatchSample | null {
    const found = this.known(guest);
    return found?.member.host.watch(found.domain, guest, cancellation) ?? null;
  }

  async size(guest: string, cancellation: Cancellation): Promise<GuestSize | null> {
    const { member, domain } = await this.find(guest, cancellation);
    return member.host.size(domain, guest, cancellation);
  }

  async apply(guest: string, balloonTargetPages: number, pageBytes: number, cancellation: Cancellation): Promise<void> {
    const { member, domain } = await this.find(guest, cancellation);
    return member.host.apply(domain, guest, balloonTargetPages * pageBytes, cancellation);
  }

  async release(guest: string, maxBytes: number | null, cancellation: Cancellation): Promise<void> {
    const { member, domain } = await this.find(guest, cancellation);
    return member.host.release(domain, guest, maxBytes, cancellation);
  }

  async close(): Promise<void> {
    await Promise.all([this.forget([...this.members.keys()]), this.successors.close()]);
    this.byName = null;
  }

  /** @throws ERR_GUEST_UNKNOWN if there is none. */
  private async find(guest: string, cancellation: Cancellation): Promise<Found> {
    if (this.byName === null) await this.guests(cancellation);
    const found = this.known(guest);
    if (found === null) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
    return found;
  }

  private known(guest: string): Found | null {
    const domain = this.byName?.get(guest);
    const member = domain && this.members.get(domain.connection);
    return domain === undefined || member === undefined ? null : { member, domain };
  }

  /** Connections come and go with their sockets. */
  private async look(): Promise<void> {
    const { connections, mayBeThere } = await this.options.connections.find();
    const atMs = this.options.nowMs();
    const there = new Set(connections.map(({ uri }) => uri));
    for (const [uri, member] of this.members) if (there.has(uri) || mayBeThere(uri)) member.seenAtMs = atMs;
    const gone = [...this.members.values()].filter(
      ({ seenAtMs, domains }) => atMs - seenAtMs > (domains.length === 0 ? 0 : GONE_MS),
    );
    void this.forget(gone.map(({ connection }) => connection.uri)); // nobody waits for their end
    for (const connection of connections) {
      if (this.members.has(connection.uri) || this.members.size >= MAX_CONNECTIONS) continue;
      this.members.set(connection.uri, this.memberOf(connection));
    }
    const isOver = connections.some(({ uri }) => !this.members.has(uri));
    this.found = isOver
      ? [selfballoonError("ERR_LEFT_OUT", { what: "connections of libvirt's", max: MAX_CONNECTIONS })]
      : [];
    const looks = [...this.members.values()].map((member) => member.look(this.members.size === 1));
    const [successors] = await Promise.all([this.successors.look(this.members, connections), ...looks]);
    void this.forget([...successors.keys()]);
    for (const [uri, member] of successors) this.members.set(uri, member);
  }

  private memberOf(connection: Connection): Member {
    const { nowMs, nowS } = this.options;
    return new Member(connection, { nowMs, nowS, onChange: () => this.onChange() });
  }

  private async forget(uris: readonly string[]): Promise<void> {
    const members = uris.flatMap((uri) => this.members.get(uri) ?? []);
    for (const uri of uris) this.members.delete(uri);
    await Promise.all(members.map((member) => member.close()));
  }
}

/** A guest's domain, and the connection that shows it. */
interface Found {
  readonly member: Member;
  readonly domain: ShownDomain;
}
