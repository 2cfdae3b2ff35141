import type { GuestSummary } from "./guest-summary.ts";
import { type GuestSums, sumsOf } from "./guest-sums.ts";
import type { HostKey } from "./names.ts";
import { decode, type FleetRecord, type HostState, MAX_ROWS, type Message, type MessageName } from "./wire.ts";

/** Hosts that a view takes in; more are counted and left out. */
const MAX_HOSTS = 4096;

/** The newest events that a view has. */
const MAX_EVENTS = 500;

/** A host as the fleet sees it. */
export interface HostView {
  readonly host: string;
  /** What it said last; null if it never did, or nothing that could be used. */
  readonly state: HostState | null;
  /** How long ago it said so, by the clock of the server that keeps it, in ms; null with the state. */
  readonly ageMs: number | null;
  /** True if it has not renewed its state in time: what is shown of it may not hold any more. */
  readonly isStale: boolean;
  /** Why something that was said in its name was not taken; null if all was. */
  readonly refused: string | null;
}

/** Something that happened on a host. */
export interface FleetEvent extends FleetRecord {
  readonly host: string;
}

interface Kept {
  readonly host: string;
  state: HostState | null;
  /** The server's time of the state. */
  createdMs: number | null;
  readonly rows: Map<string, GuestSummary>;
  /** Whether all its guests were told at least once. */
  hasTable: boolean;
  /** What its guests come to; null after one of them changed. */
  sums: GuestSums | null;
  refused: string | null;
}

/**
 * All that is known of a fleet's hosts, from what they said. Ages are told by the server's clock alone: by its stamps, and by
 * our monotonic time since one of them, so that neither the hosts' clocks nor ours matter.
 */
export class FleetView {
  /** Messages in the name of hosts beyond the limit. */
  ignored = 0;
  private readonly nowMs: () => number;
  private readonly hosts = new Map<string, Kept>();
  /** All of them by name; null after one came or went. */
  private ordered: readonly Kept[] | null = null;
  private recent: FleetEvent[] = [];
  /** The server's clock less ours, at the least. */
  private offsetMs = Number.NEGATIVE_INFINITY;

  /** @param nowMs a monotonic clock. */
  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  /** The server's clock stood at `serverMs` just now, or later. */
  noteTime(serverMs: number): void {
    this.offsetMs = Math.max(this.offsetMs, serverMs - this.nowMs());
  }

  /** What the server's clock says now, or a little before it. */
  serverMs(): number {
    return this.nowMs() + this.offsetMs;
  }

  /** A host's key has this value, since `createdMs` of the server's clock. */
  takeKey(host: string, key: HostKey, bytes: Uint8Array, createdMs: number): void {
    this.noteTime(createdMs);
    if (key === "state") {
      this.take("state", host, bytes, (kept, state) => Object.assign(kept, { state, createdMs, refused: null }));
    } else {
      this.take("guests", host, bytes, (kept, { rows }) => {
        kept.rows.clear();
        kept.hasTable = true;
        kept.sums = null;
        for (const row of rows) kept.rows.set(row.guest, row);
      });
    }
  }

  /** A host told what changed. */
  takeChanges(host: string, bytes: Uint8Array): void {
    this.take("changes", host, bytes, (kept, { rows, gone }) => {
      const { rows: known } = kept;
      kept.sums = null;
      for (const guest of gone) known.delete(guest);
      for (const row of rows) if (known.has(row.guest) || known.size < MAX_ROWS) known.set(row.guest, row);
    });
  }

  /** A host told what happened. */
  takeRecords(host: string, bytes: Uint8Array): void {
    this.take("records", host, bytes, (_, { records }) => {
      this.recent.push(...records.map((record) => ({ ...record, host })));
      this.recent = this.recent.slice(-MAX_EVENTS);
    });
  }

  /** The host was taken out of the fleet. */
  forget(host: string): void {
    this.hosts.delete(host);
    this.ordered = null;
  }

  /** Every host, by name. */
  list(): readonly HostView[] {
    this.ordered ??= [...this.hosts.values()].sort((a, b) => WORDS.compare(a.host, b.host));
    return this.ordered.map((kept) => this.viewOf(kept));
  }

  host(name: string): HostView | null {
    const kept = this.hosts.get(name);
    return kept === undefined ? null : this.viewOf(kept);
  }

  /** A host's guests, in no order. */
  guests(host: string): Iterable<GuestSummary> {
    return this.hosts.get(host)?.rows.values() ?? [];
  }

  /** What happened last, newest first. */
  events(): readonly FleetEvent[] {
    return this.recent.toReversed();
  }

  private find(host: string): Kept | null {
    const known = this.hosts.get(host);
    if (known !== undefined) return known;
    if (this.hosts.size >= MAX_HOSTS) {
      this.ignored += 1;
      return null;
    }
    const made: Kept = {
      host,
      state: null,
      createdMs: null,
      rows: new Map(),
      hasTable: false,
      sums: null,
      refused: null,
    };
    this.hosts.set(host, made);
    this.ordered = null;
    return made;
  }

  /** Take a message in or, if it can't be used, note why. */
  private take<Name extends MessageName>(
    name: Name,
    host: string,
    bytes: Uint8Array,
    use: (kept: Kept, message: Message<Name>) => void,
  ): void {
    const kept = this.find(host);
    if (kept === null) return;
    const decoded = decode(name, host, bytes);
    if (decoded.ok) use(kept, decoded.message);
    else kept.refused = `${name}: ${decoded.problem}`;
  }

  /** Counts and sums are those of the guests that are shown beside them, which are told of sooner than the state. */
  private viewOf(kept: Kept): HostView {
    const { host, rows, createdMs, refused } = kept;
    if (kept.hasTable) kept.sums ??= sumsOf([...rows.values()]);
    const state = kept.state === null ? null : { ...kept.state, ...kept.sums };
    const ageMs = createdMs === null ? null : Math.max(0, this.serverMs() - createdMs);
    const isStale = state === null || ageMs === null || ageMs > state.leaseS * 1000;
    return { host, state, ageMs, isStale, refused };
  }
}

const WORDS = new Intl.Collator("en", { numeric: true });
