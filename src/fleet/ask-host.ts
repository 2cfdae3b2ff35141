import { type NatsConnection, RequestError } from "@nats-io/transport-node";
import { askSubject } from "./names.ts";
import { packedQuestion } from "./page-wire.ts";
import type { PlaceTools } from "./place.ts";
import type { PageAsker } from "./service/host-pages.ts";
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

/** Ask members over NATS for what their pages show. */
export function askForPage(connection: NatsConnection): PageAsker {
  return async (host, question, deadlineMs) => {
    try {
      const options = { timeout: deadlineMs };
      return (await connection.request(askSubject(host), packedQuestion(question), options)).data;
    } catch (thrown) {
      return thrown instanceof RequestError && thrown.isNoResponders() ? "it is not there" : "it did not";
    }
  };
}
