import { type JetStreamClient, jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Clock } from "../time/clock.ts";
import { endsWithin } from "../time/deadline.ts";
import type { FleetAddress } from "./address.ts";
import { connectFleet, retryDelayMs } from "./connect.ts";
import { HOSTS_BUCKET } from "./names.ts";

/** What is not confirmed within this is not counted on. */
const CONFIRM_DEADLINE_MS = 4000;

/** The daemon's end waits no longer for a last word to NATS. */
const CLOSE_DEADLINE_MS = 1000;

/**
 * A member's connection: it may be there or not, and whoever writes sees at once which. Nothing is queued here: what can't
 * be said now is said again, or kept by whoever has it.
 */
export class FleetLink {
  private readonly address: FleetAddress;
  private readonly name: string;
  private readonly clock: Clock;
  private readonly on: { readonly up: () => void; readonly problem: (thrown: unknown) => void };
  private connection: NatsConnection | null = null;
  private stream: JetStreamClient | null = null;
  private isConnected = false;
  private isClosed = false;
  private cancelRetry: () => void = () => {};

  constructor(address: FleetAddress, name: string, clock: Clock, on: FleetLink["on"]) {
    this.address = address;
    this.name = name;
    this.clock = clock;
    this.on = on;
  }

  /** Connect, now and again until it succeeds. */
  open(nth = 0): void {
    void this.tryOnce(nth);
  }

  get isUp(): boolean {
    return this.isConnected;
  }

  /** Keep a value in the hosts' bucket. @throws if NATS does not confirm it. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.confirmed(`$KV.${HOSTS_BUCKET}.${key}`, bytes);
  }

  /** Have a message kept by the stream of `subject`; of two with one id it keeps one. @throws if NATS does not confirm it. */
  async confirmed(subject: string, bytes: Uint8Array, id?: string): Promise<void> {
    if (this.stream === null || !this.isUp) throw new Error("there is no connection");
    const options = { timeout: CONFIRM_DEADLINE_MS, ...(id === undefined ? {} : { msgID: id }) };
    await this.stream.publish(subject, bytes, options);
  }

  /** Tell whoever listens now. */
  tell(subject: string, bytes: Uint8Array): void {
    if (this.isUp) this.connection?.publish(subject, bytes);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.isConnected = false;
    this.cancelRetry();
    const { connection } = this;
    if (connection === null) return;
    await endsWithin(
      this.clock,
      CLOSE_DEADLINE_MS,
      connection.close().catch(() => {}),
    );
  }

  private async tryOnce(nth: number): Promise<void> {
    try {
      const connection = await connectFleet(this.address, this.name);
      if (this.isClosed) return await connection.close();
      this.connection = connection;
      this.stream = jetstream(connection);
      this.rise();
      void this.watchStatus(connection);
      // It gives up only if it is told to, or on a bug of its own: then we begin again.
      void connection.closed().then(() => this.retry(0));
    } catch (thrown) {
      this.on.problem(thrown);
      this.retry(nth + 1);
    }
  }

  private retry(nth: number): void {
    this.isConnected = false;
    if (this.isClosed) return;
    this.cancelRetry = this.clock.after(retryDelayMs(nth, Math.random()), () => this.open(nth));
  }

  private rise(): void {
    this.isConnected = true;
    this.on.up();
  }

  private async watchStatus(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === "reconnect") this.rise();
      if (type !== "disconnect") continue;
      this.isConnected = false;
      this.on.problem(new Error("the connection was lost"));
    }
  }
}
