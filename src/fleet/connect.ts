import { readFileSync, statSync } from "node:fs";
import {
  type Authenticator,
  connect,
  credsAuthenticator,
  type NatsConnection,
  nkeyAuthenticator,
} from "@nats-io/transport-node";
import { problemOf, selfballoonError } from "../core/errors.ts";
import type { FleetAddress } from "./address.ts";
import { inboxPrefix } from "./names.ts";

const CONNECT_DEADLINE_MS = 5000;

/** A server that says nothing for two of these is left for another. */
const PING_MS = 5000;

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;

/** Credentials are longer than a seed, and shorter than this. */
const LONGEST_CREDENTIALS_BYTES = 16_384;

/**
 * Wait so long before try number `nth`, from 0: twice as long each time, up to 30 s, and up to a half less by chance, so that
 * a thousand hosts do not come back in one moment.
 */
export function retryDelayMs(nth: number, chance: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(nth, 16)) * (1 - chance / 2);
}

/**
 * Connect to a fleet's servers once. A connection that breaks later makes itself again for as long as it takes, with back-off.
 * @throws ERR_NO_FLEET.
 */
export async function connectFleet(address: FleetAddress, name: string): Promise<NatsConnection> {
  const { servers } = address;
  const pace = { tries: 0, delayMs: FIRST_RETRY_MS };
  try {
    const connection = await connect({
      name: `selfballoon ${name}`,
      servers: [...servers],
      authenticator: authenticatorOf(address),
      ...tlsOf(address),
      inboxPrefix: inboxPrefix(name),
      timeout: CONNECT_DEADLINE_MS,
      pingInterval: PING_MS,
      maxPingOut: 2,
      maxReconnectAttempts: -1,
      ignoreAuthErrorAbort: true,
      // Asked several times for one try, so that it must not change in between.
      reconnectDelayHandler: () => pace.delayMs,
    });
    void keepPace(connection, pace, servers.length);
    return connection;
  } catch (thrown) {
    throw selfballoonError("ERR_NO_FLEET", { servers: servers.join(", "), problem: problemOf(thrown) }, thrown);
  }
}

/** Each server is tried in turn, and all of them again after the delay. */
async function keepPace(
  connection: NatsConnection,
  pace: { tries: number; delayMs: number },
  servers: number,
): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === "reconnecting") pace.tries += 1;
    else if (type === "reconnect") pace.tries = 0;
    else continue;
    pace.delayMs = retryDelayMs(Math.floor(pace.tries / servers), Math.random());
  }
}

/**
 * Where one server is asked for over TLS, all must have it: said to the client in this way alone, which takes a server that
 * offers none for the right one otherwise.
 */
function tlsOf({ servers, tlsCa }: FleetAddress): { readonly tls?: { readonly caFile?: string } } {
  if (tlsCa !== null) return { tls: { caFile: tlsCa } };
  return servers.some((server) => server.startsWith("tls:")) ? { tls: {} } : {};
}

function authenticatorOf({ credentials }: FleetAddress): Authenticator[] {
  if (credentials === null) return [];
  const { size } = statSync(credentials);
  if (size > LONGEST_CREDENTIALS_BYTES) throw new Error(`${credentials} is too long for credentials`);
  const bytes = readFileSync(credentials);
  const isSeed = /^\s*SU[A-Z2-7]{56}\s*$/.test(bytes.toString("latin1"));
  return [isSeed ? nkeyAuthenticator(Buffer.from(bytes.toString("latin1").trim())) : credsAuthenticator(bytes)];
}
