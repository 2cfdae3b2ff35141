import type { NatsConnection } from "@nats-io/transport-node";
import { askSubject } from "./names.ts";
import type { PlaceTools } from "./place.ts";
import { answerIn, packed } from "./wish-wire.ts";

/** Ask members over NATS. One that is away, late or says what can't be used has not answered. */
export function askHost(connection: NatsConnection): PlaceTools["ask"] {
  return async (host, question, deadlineMs) => {
    try {
      return answerIn((await connection.request(askSubject(host), packed(question), { timeout: deadlineMs })).data);
    } catch {
      return null;
    }
  };
}
