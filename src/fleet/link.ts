import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Clock } from "../time/clock.ts";
import { endsWithin } from "../time/deadline.ts";
import type { FleetAddress } from "./address.ts";
import { connectFleet, retryDelayMs } from "./connect.ts";
import { latestOf } from "./latest.ts";
import { askSubject, HOSTS_BUCKET, INBOXES, SETTINGS_BUCKET } from "./names.ts";
import type { StoredValue } from "./settings-reader.ts";

/** What is not confirmed within this is not counted on. */
const CONFIRM_DEADLINE_MS = 4000;

/** What a server takes as one message unless it is told otherwise. */
const USUAL_PAYLOAD_BYTES = 1_048_576;

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
  private readonly on: {
    readonly up: () => void;
    readonly problem: (thrown: unknown) => void;
    /** Somebody asks this host for something, and takes so many bytes for an answer; the promise never rejects. */
    readonly asked: (question: Uint8Array, maxBytes: number) => Promise<Uint8Array>;
    /** Somebody writes one of these settings. */
    readonly hinted: () => void;
  };
  private readonly settingKeys: readonly string[];
  private connection: NatsConnection | null = null;
  private stream: JetStreamClient | null = null;
  private manager: JetStreamManager | null = null;
  private isConnected = false;
  private isClosed = false;
  private cancelRetry: () => void = () => {};

  /** @param settingKeys the keys of settings of which `on` is told. */
  constructor(address: FleetAddress, name: string, clock: Clock, settingKeys: readonly string[], on: FleetLink["on"]) {
    this.address = address;
    this.name = name;
    this.clock = clock;
    this.settingKeys = settingKeys;
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

  /** What is set under a key, by the word of the server that leads; null for nothing. @throws where NATS does not say. */
  async readSetting(key: string): Promise<StoredValue | null> {
    if (this.manager === null || !this.isUp) throw new Error("there is no connection");
    return await latestOf(this.manager, SETTINGS_BUCKET, key);
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
      // Whether there is JetStream shows when it is used: a member may not ask for more.
      this.manager = await jetstreamManager(connection, { checkAPI: false, timeout: CONFIRM_DEADLINE_MS });
      this.listen(connection);
      this.rise();
      void this.watchStatus(connection);
      // It gives up only if it is told to, or on a bug of its own: then we begin again.
      void connection.closed().then(() => this.retry(0));
    } catch (thrown) {
      this.on.problem(thrown);
      this.retry(nth + 1);
    }
  }

  /** Be asked, over this connection and whatever it becomes. */
  private listen(connection: NatsConnection): void {
    // Where that is not allowed, settings are looked at from time to time all the same.
    const callback = (error: Error | null): void => void (error === null && this.on.hinted());
    for (const key of this.settingKeys) connection.subscribe(`$KV.${SETTINGS_BUCKET}.${key}`, { callback });
    connection.subscribe(askSubject(this.name), {
      callback: (error, message) => {
        if (error !== null) this.on.problem(error);
        // Answers go to inboxes alone: nobody has this host write elsewhere in its own name.
        else if (message.reply?.startsWith(INBOXES) === true)
          void this.on
            .asked(message.data, connection.info?.max_payload ?? USUAL_PAYLOAD_BYTES)
            .then((answer) => message.respond(answer));
      },
    });
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
