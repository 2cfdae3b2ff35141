import type { GuestSummary } from "../../src/fleet/guest-summary.ts";
import { sumsOf } from "../../src/fleet/guest-sums.ts";
import { changesSubject, HOSTS_BUCKET, hostKey } from "../../src/fleet/names.ts";
import { encode, pack } from "../../src/fleet/wire.ts";

export const GUESTS = 100;

/** As members do: `src/fleet/member.ts`. */
const STATE_MS = 5000;
const TABLE_MS = 10_000;
const LOOK_MS = 500;

/** Guests of each host that change notably at a look: with ten times as many bytes as that a member would be at its limit. */
const CHANGING = 5;

/** Where hosts say it: a connection to NATS, or what stands for one. */
export interface Wire {
  readonly publish: (subject: string, bytes: Uint8Array) => void;
}

/** Hosts of a hundred guests that say what members say, as often. */
export class ManyHosts {
  /** Bytes that were said so far. */
  bytes = 0;
  readonly names: readonly string[];
  private readonly connection: Wire;
  private readonly timers: NodeJS.Timeout[] = [];
  private looks = 0;

  constructor(connection: Wire, count: number) {
    this.connection = connection;
    this.names = Array.from({ length: count }, (_, nth) => `host-${nth}`);
  }

  /** Spread over their time, as hosts that know nothing of each other. */
  start(): void {
    for (const [nth, host] of this.names.entries()) {
      this.tellTable(host);
      this.tellState(host);
      const lag = (periodMs: number, act: () => void): void => {
        const delayMs = (nth / this.names.length) * periodMs;
        this.timers.push(setTimeout(() => this.timers.push(setInterval(act, periodMs)), delayMs));
      };
      lag(STATE_MS, () => this.tellState(host));
      lag(TABLE_MS, () => this.tellTable(host));
      lag(LOOK_MS, () => this.tellChanges(host));
    }
  }

  /** One guest stands otherwise. */
  tell(host: string, guest: GuestSummary): void {
    this.say(changesSubject(host), encode<"changes">({ host, at: Date.now(), rows: [pack(guest)], gone: [] }));
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private tellState(host: string): void {
    const told = { host, at: Date.now(), leaseS: 20, version: "bench", doing: "a measurement", labels: {} };
    const budget = { budgetMb: 262_144, reserveMb: 16_384, freeMb: 10_000, worst: [], dropped: 0 };
    this.say(kept(host, "state"), encode<"state">({ ...told, ...budget, ...sumsOf(this.rows()) }));
  }

  private tellTable(host: string): void {
    this.say(kept(host, "guests"), encode<"guests">({ host, at: Date.now(), rows: this.rows().map(pack) }));
  }

  private tellChanges(host: string): void {
    this.looks += 1;
    const rows = this.rows().slice(this.looks % (GUESTS - CHANGING), (this.looks % (GUESTS - CHANGING)) + CHANGING);
    this.say(changesSubject(host), encode<"changes">({ host, at: Date.now(), rows: rows.map(pack), gone: [] }));
  }

  /** The figures of a moment. */
  private rows(): readonly GuestSummary[] {
    return Array.from({ length: GUESTS }, (_, nth) => {
      const currentMb = 1000 + ((this.looks * 7 + nth * 13) % 900);
      const figures = { currentMb, targetMb: currentMb, goalMb: currentMb, maximumMb: 4096, availableMb: 300 };
      return { guest: `guest-${nth}`, ...figures, standing: "well", reason: "at_goal", problem: null };
    });
  }

  private say(subject: string, bytes: Uint8Array): void {
    this.bytes += bytes.length + subject.length;
    this.connection.publish(subject, bytes);
  }
}

function kept(host: string, key: "state" | "guests"): string {
  return `$KV.${HOSTS_BUCKET}.${hostKey(host, key)}`;
}
