import { jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import * as z from "zod";
import { RESERVATION_ID, RESERVATION_TIMES } from "../core/host/reservation.ts";
import { HOST_NAME } from "../core/host-name.ts";
import { latestOf } from "./latest.ts";
import { GIVEN_BUCKET } from "./names.ts";
import { read } from "./wish-wire.ts";

/** After a write whose outcome is not known it is looked at so often, so long apart. */
const LOOKS = 5;
const LOOK_MS = 1000;

const given = z.object({
  host: z.string().regex(HOST_NAME),
  /** The host's reservation. */
  id: z.string().regex(RESERVATION_ID),
  mib: z.int().min(1),
  lifeMs: z.int().min(1).max(RESERVATION_TIMES.maxLifeMs),
});

/** Where a wish was granted. */
export type Given = z.output<typeof given>;

/** What is in the register under a wish. */
export interface Registered {
  /** Null where it says nothing that can be used. */
  readonly given: Given | null;
  readonly revision: number;
  /** The server's clock when it was written. */
  readonly createdMs: number;
}

/** Who was given what, decided in one place: of several who write under one key, one succeeds. */
export interface GivenRegister {
  find(wish: string): Promise<Registered | null>;
  /** Write, unless there is something newer than `before`. @returns whether it is written; throws if that can't be known. */
  write(wish: string, given: Given, before: Registered | null): Promise<boolean>;
}

/** The register in the fleet's bucket; its servers agree on every write. */
export async function openRegister(connection: NatsConnection): Promise<GivenRegister> {
  const bucket = await new Kvm(connection).open(GIVEN_BUCKET);
  const manager = await jetstreamManager(connection);
  const find = async (wish: string): Promise<Registered | null> => {
    const entry = await latestOf(manager, GIVEN_BUCKET, wish);
    if (entry === null || entry.isDeleted) return null;
    return { given: read(given, entry.bytes), revision: entry.revision, createdMs: entry.writtenMs };
  };
  return {
    find,
    write: async (wish, value, before) => {
      const bytes = new TextEncoder().encode(JSON.stringify(value));
      try {
        if (before === null) await bucket.create(wish, bytes);
        else await bucket.update(wish, bytes, before.revision);
        return true;
      } catch (thrown) {
        // Refused, or written while the answer was lost: what is there says which.
        return (await lookAgain(() => find(wish), before, thrown)).given?.id === value.id;
      }
    },
  };
}

/** What was written instead of `before`. @throws `because` if that does not show. */
async function lookAgain(
  find: () => Promise<Registered | null>,
  before: Registered | null,
  because: unknown,
): Promise<Registered> {
  for (let look = 0; look < LOOKS; look += 1) {
    const now = await find().catch(() => null);
    if (now !== null && now.revision !== before?.revision) return now;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw because;
}
