import { AckPolicy, DeliverPolicy, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { problemOf, selfballoonError } from "../core/errors.ts";
import type { FleetView } from "./fleet-view.ts";
import { followBucket } from "./follow-bucket.ts";
import { changesSubject, HOSTS_BUCKET, hostOfSubject, parseHostKey, RECORDS_STREAM } from "./names.ts";

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

function followHosts(connection: NatsConnection, view: FleetView): Promise<void> {
  return followBucket(connection, HOSTS_BUCKET, ({ key, value, createdMs, isPut }) => {
    const parsed = parseHostKey(key);
    if (parsed !== null && isPut) view.takeKey(parsed.host, parsed.key, value, createdMs);
    else if (parsed !== null && parsed.key === "state") view.forget(parsed.host);
  });
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
