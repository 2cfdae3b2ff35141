import { selfballoonError } from "../core/errors.ts";
import type { HistoryRange } from "../core/history.ts";
import { queryNumber } from "./query-number.ts";
import type { Api, ApiRequest, QueryNumber } from "./route.ts";

/** The last moment that a JavaScript date can name, in ms. */
const LAST_MS = 8.64e15;

const MIN_POINTS = 2;
const MAX_POINTS = 2000;
const USUAL_POINTS = 720;

const FROM: QueryNumber = {
  name: "from",
  meaning: "The first moment, in ms since 1970; the oldest that is kept if it is left out.",
  min: 0,
  max: LAST_MS,
};
const TO: QueryNumber = {
  name: "to",
  meaning: "The last moment, in ms since 1970; now if it is left out.",
  min: 0,
  max: LAST_MS,
};
const POINTS: QueryNumber = {
  name: "points",
  meaning: `The most points of the answer; ${USUAL_POINTS} if it is left out.`,
  min: MIN_POINTS,
  max: MAX_POINTS,
};

/** What a question for a guest's past takes. */
export const HISTORY_QUERY: readonly QueryNumber[] = [FROM, TO, POINTS];

/** Answer with a part of a guest's past. @throws ERR_NO_HISTORY, ERR_QUERY_INVALID, ERR_TOO_MANY, ERR_HISTORY. */
export async function historyOf({ history }: Api, { query }: ApiRequest, guest: string): Promise<HistoryRange> {
  if (history === null) throw selfballoonError("ERR_NO_HISTORY");
  const number = (row: QueryNumber): number | null => queryNumber(query, row);
  const [fromMs, toMs, points] = [number(FROM), number(TO), number(POINTS)];
  return history.read({ guest, fromMs, toMs: toMs ?? Date.now(), points: points ?? USUAL_POINTS });
}
