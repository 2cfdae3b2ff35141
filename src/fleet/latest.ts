import type { JetStreamManager } from "@nats-io/jetstream";

/** What lies under a key of a KV bucket. */
export interface Latest {
  readonly bytes: Uint8Array;
  readonly revision: number;
  /** By the server's clock. */
  readonly writtenMs: number;
  /** Whether it says only that what was there is gone. */
  readonly isDeleted: boolean;
}

/**
 * What was written last under `key` of `bucket`, by the word of the server that leads: one that follows may not know yet.
 * Null for nothing. @throws where NATS does not say.
 */
export async function latestOf(manager: JetStreamManager, bucket: string, key: string): Promise<Latest | null> {
  const found = await manager.streams.getMessage(`KV_${bucket}`, { last_by_subj: `$KV.${bucket}.${key}` });
  if (found === null) return null;
  const isDeleted = found.header.get("KV-Operation") !== "";
  return { bytes: found.data, revision: found.seq, writtenMs: found.time.getTime(), isDeleted };
}
