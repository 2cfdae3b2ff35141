import { toldRecord } from "../core/severity.ts";
import type { RecordsAnswer } from "./answers.ts";
import { queryNumber } from "./query-number.ts";
import type { Api, ApiRequest, QueryNumber } from "./route.ts";

const AFTER: QueryNumber = {
  name: "after",
  meaning: "The number of the last record that is known; all that are kept if it is left out.",
  min: 0,
  max: 999_999_999_999_999,
};

/** What a question for records takes. */
export const RECORDS_QUERY: readonly QueryNumber[] = [AFTER];

/** Answer with what the journal has. @throws ERR_QUERY_INVALID. */
export function recordsOf({ control }: Api, { query }: ApiRequest): RecordsAnswer {
  const all = control.journalAfter(0);
  const after = queryNumber(query, AFTER) ?? 0;
  return { lastSeq: all.at(-1)?.seq ?? 0, records: all.filter(({ seq }) => seq > after).map(toldRecord) };
}
