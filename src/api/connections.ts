import type { Connection, ConnectionState } from "./connection.ts";

/** What a server's clients may hold together. */
export interface ConnectionLimits {
  readonly maxConnections: number;
  /** Bytes of answers that their readers have not taken. */
  readonly maxUnsentBytes: number;
  /** How long a connection may stay in a state; null is for ever. Event streams have their heartbeat. */
  readonly deadlinesMs: Readonly<Record<ConnectionState, number | null>>;
}

/** Who gives way first where there is no room: whoever asks for nothing, then whoever is slow. Never one that is served. */
const GIVING_WAY: readonly ConnectionState[] = ["idle", "receiving", "stalled"];

/** Most that give way in one sweep where descriptors are short: they come free a moment later. */
const CUT_AT_ONCE = 16;

/** The connections of a server, bounded: what is idle or slow gives way, so that nobody is locked out by it. */
export class Connections {
  private readonly limits: ConnectionLimits;
  private readonly nowMs: () => number;
  private readonly isRoomy: () => boolean;
  private readonly open = new Set<Connection>();

  /** @param isRoomy whether descriptors are left beside those that others need. */
  constructor(limits: ConnectionLimits, nowMs: () => number, isRoomy: () => boolean) {
    this.limits = limits;
    this.nowMs = nowMs;
    this.isRoomy = isRoomy;
  }

  get size(): number {
    return this.open.size;
  }

  /** Take a new connection in, in place of another if there is no room; false if all others are being served. */
  add(connection: Connection): boolean {
    const isFull = this.open.size >= this.limits.maxConnections || !this.isRoomy();
    if (isFull && !this.makeRoom()) return false;
    this.open.add(connection);
    connection.once("close", () => this.open.delete(connection));
    return true;
  }

  /**
   * Cut off who is past a deadline, some of those who give way where others need what they hold and, where too much is
   * unsent, who has not read for the longest.
   */
  sweep(): void {
    if (!this.isRoomy()) this.makeRoomForOthers();
    const nowMs = this.nowMs();
    for (const connection of this.open) {
      const deadlineMs = this.limits.deadlinesMs[connection.state];
      if (deadlineMs !== null && nowMs - connection.sinceMs > deadlineMs) this.cut(connection);
    }
    let unsentBytes = 0;
    for (const { writableLength } of this.open) unsentBytes += writableLength;
    for (const connection of this.oldest("stalled")) {
      if (unsentBytes <= this.limits.maxUnsentBytes) return;
      unsentBytes -= connection.writableLength;
      this.cut(connection);
    }
  }

  /** End all. */
  close(): void {
    for (const connection of this.open) this.cut(connection);
  }

  private makeRoomForOthers(): void {
    for (let cut = 0; cut < CUT_AT_ONCE; cut += 1) if (!this.makeRoom()) return;
  }

  private makeRoom(): boolean {
    for (const state of GIVING_WAY) {
      const [victim] = this.oldest(state);
      if (victim === undefined) continue;
      this.cut(victim);
      return true;
    }
    return false;
  }

  private oldest(state: ConnectionState): readonly Connection[] {
    return [...this.open].filter((one) => one.state === state).sort((a, b) => a.sinceMs - b.sinceMs);
  }

  private cut(connection: Connection): void {
    this.open.delete(connection);
    connection.destroy();
  }
}
