import { Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";

/** All that a bucket holds is there within this, or is shown as far as it came. */
const LOAD_DEADLINE_MS = 10_000;

/** What lies under a key. */
export interface BucketEntry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
  /** The server's clock when it was written. */
  readonly createdMs: number;
  /** False where it says that there is nothing any more. */
  readonly isPut: boolean;
}

/** Hand over what lies in a bucket, and what is written there until the connection is closed. Returns once all of it was handed over. */
export async function followBucket(
  connection: NatsConnection,
  name: string,
  take: (entry: BucketEntry) => void,
): Promise<void> {
  const bucket = await new Kvm(connection).open(name);
  const { values } = await bucket.status();
  const entries = await bucket.watch();
  let isLoaded = (): void => {};
  const loaded = new Promise<void>((resolve) => {
    isLoaded = resolve;
  });
  if (values === 0) isLoaded();
  void (async () => {
    for await (const { key, value, revision, created, operation, delta } of entries) {
      take({ key, value, revision, createdMs: created.getTime(), isPut: operation === "PUT" });
      if (delta === 0) isLoaded();
    }
  })();
  const timer = setTimeout(isLoaded, LOAD_DEADLINE_MS);
  await loaded;
  clearTimeout(timer);
}
