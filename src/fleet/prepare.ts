import { DiscardPolicy, jetstreamManager, RetentionPolicy, StorageType } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { RESERVATION_TIMES } from "../core/host/reservation.ts";
import { GIVEN_BUCKET, HOSTS_BUCKET, RECORDS_STREAM, recordsSubject, SETTINGS_BUCKET } from "./names.ts";
import { MAX_SETTINGS_BYTES } from "./settings-wire.ts";
import { MAX_MESSAGE_BYTES } from "./wire.ts";

const NANOSECONDS_PER_MS = 1_000_000;

/** Servers sync what they make to their disks, and agree on it in a cluster. */
const MAKE_DEADLINE_MS = 15_000;

/** Records are kept for a week, and at most so much of them. */
const RECORDS_MAX_AGE_MS = 7 * 86_400_000;
const RECORDS_MAX_BYTES = 128 * 1_048_576;

/** Longer than any reservation lives. */
const GIVEN_MAX_AGE_MS = 2 * RESERVATION_TIMES.maxLifeMs;

/**
 * Make what the members of a fleet write into, where it is not there yet; what is there stays as it is.
 * @param replicas servers that keep a copy of each: 1, or 3 in a cluster of three.
 * @throws ERR_NO_FLEET if the servers refuse it.
 */
export async function prepareFleet(connection: NatsConnection, replicas: number): Promise<void> {
  try {
    await makeStreams(connection, replicas);
  } catch (thrown) {
    throw selfballoonError("ERR_NO_FLEET", { servers: connection.getServer(), problem: problemOf(thrown) }, thrown);
  }
}

async function makeStreams(connection: NatsConnection, replicas: number): Promise<void> {
  const bucket = { history: 1, maxValueSize: MAX_MESSAGE_BYTES, storage: StorageType.File, replicas };
  const manager = await jetstreamManager(connection, { timeout: MAKE_DEADLINE_MS });
  await new Kvm(manager.jetstream()).create(HOSTS_BUCKET, {
    ...bucket,
    description: "Hosts of a selfballoon fleet as they stand",
  });
  await new Kvm(manager.jetstream()).create(SETTINGS_BUCKET, {
    ...bucket,
    maxValueSize: MAX_SETTINGS_BYTES,
    description: "What is set for many hosts, by scope",
  });
  await new Kvm(manager.jetstream()).create(GIVEN_BUCKET, {
    history: 1,
    storage: StorageType.File,
    replicas,
    ttl: GIVEN_MAX_AGE_MS,
    description: "Which host was given a wish for memory",
  });
  const known = await manager.streams.info(RECORDS_STREAM).catch(() => null);
  if (known !== null) return;
  await manager.streams.add({
    name: RECORDS_STREAM,
    description: "What happened on the hosts of a selfballoon fleet",
    subjects: [recordsSubject("*")],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    storage: StorageType.File,
    max_age: RECORDS_MAX_AGE_MS * NANOSECONDS_PER_MS,
    max_bytes: RECORDS_MAX_BYTES,
    num_replicas: replicas,
  });
}
