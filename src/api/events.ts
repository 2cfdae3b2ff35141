import type { IncomingMessage, ServerResponse } from "node:http";
import type { ControlPort, JournalRecord } from "../core/control.ts";

/** A reader that lets this much pile up is cut off; it can come back and ask from its last event on. */
const MOST_UNREAD_BYTES = 1_048_576;

/**
 * Stream the journal as server-sent events (HTML Living Standard, section 9.2): one event a record, its kind as the
 * event's name and its number as the event's id. `Last-Event-ID` replays what came after it, as far as the journal
 * reaches back.
 */
export function streamEvents(control: ControlPort, request: IncomingMessage, response: ServerResponse): void {
  const lastSeen = Number(request.headers["last-event-id"] ?? Number.NaN);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": selfballoon\n\n");
  const tell = (record: JournalRecord): void => {
    response.write(`id: ${record.seq}\nevent: ${record.kind}\ndata: ${JSON.stringify(record)}\n\n`);
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
  };
  if (Number.isSafeInteger(lastSeen)) control.journalAfter(lastSeen).forEach(tell);
  response.on("close", control.subscribe(tell));
}
