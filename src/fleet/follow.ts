import { AckPolicy, DeliverPolicy, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { problemOf, selfballoonError } from "../core/errors.ts";
import type { FleetView } from "./fleet-view.ts";
import { changesSubject, HOSTS_BUCKET, hostOfSubject, parseHostKey, RECORDS_STREAM } from "./names.ts";

/** The hosts as they stand are there within this, or are shown as far as they came. */
const LOAD_DEADLINE_MS = 10_000;

/** Messages of the stream that a view begins with. */
const RECENT_MESSAGES = 200;

const NANOSECONDS_PER_MS = 1_000_000;

/**
 * Take into `view` what the hosts keep and tell, until the connection is closed. Returns once the hosts as they stand are
 * in it. Nothing is kept elsewhere: another that follows sees the same.
 * @throws ERR_NO_FLEET if nobody has prepared the fleet.
 */
export async function followFleet(connection: NatsConnection, view: FleetView): Promise<void> {
  try {
    view.noteTime(await serverTimeMs(connection));
    connection.subscribe(changesSubject("*"), {
      callback: (error, message) => {
        const host = error === null ? hostOfSubject(message.subject) : null;
        if (host !== null) view.takeChanges(host, message.data);
      },
    });
    await followRecords(connection, view);
    await followHosts(connection, view);
  } catch (thrown) {
    const servers = connection.getServer();
    throw selfballoonError("ERR_NO_FLEET", { servers, problem: problemOf(thrown) }, thrown);
  }
}

async function followHosts(connection: NatsConnection, view: FleetView): Promise<void> {
  const bucket = await new Kvm(connection).open(HOSTS_BUCKET);
  const { values } = await bucket.status();
  const entries = await bucket.watch();
  let isLoaded = (): void => {};
  const loaded = new Promise<void>((resolve) => {
    isLoaded = resolve;
  });
  if (values === 0) isLoaded();
  void (async () => {
    for await (const { key, value, created, operation, delta } of entries) {
      const parsed = parseHostKey(key);
      if (parsed !== null && operation === "PUT") view.takeKey(parsed.host, parsed.key, value, created.getTime());
      else if (parsed !== null && parsed.key === "state") view.forget(parsed.host);
      if (delta === 0) isLoaded();
    }
  })();
  const timer = setTimeout(isLoaded, LOAD_DEADLINE_MS);
  await loaded;
  clearTimeout(timer);
}

async function followRecords(connection: NatsConnection, view: FleetView): Promise<void> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(RECORDS_STREAM);
  const consumer = await manager.jetstream().consumers.get(RECORDS_STREAM, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(1, state.last_seq - RECENT_MESSAGES + 1),
  });
  await consumer.consume({
    callback: (message) => {
      const host = hostOfSubject(message.subject);
      if (host !== null) view.takeRecords(host, message.data);
    },
  });
}

/** What the server's clock says: it stamps what is made, here a consumer that goes by itself. */
async function serverTimeMs(connection: NatsConnection): Promise<number> {
  const manager = await jetstreamManager(connection);
  const { created } = await manager.consumers.add(HOSTS_BUCKET_STREAM, {
    ack_policy: AckPolicy.None,
    mem_storage: true,
    inactive_threshold: 1000 * NANOSECONDS_PER_MS,
  });
  return Date.parse(created);
}

const HOSTS_BUCKET_STREAM = `KV_${HOSTS_BUCKET}`;
