import type { IncomingMessage, ServerResponse } from "node:http";
import type { ControlPort, JournalRecord } from "../core/control.ts";

/**
 * A reader that lets this much pile up, besides what it asked for, is cut off; it can come back and ask from its last
 * event on.
 */
const MOST_UNREAD_BYTES = 1_048_576;

/** A comment this often shows that the link lives, also to whatever stands in between. */
const HEARTBEAT_MS = 15_000;

/**
 * Stream the journal as server-sent events (HTML Living Standard, section 9.2): one event a record, its kind as the
 * event's name and its number as the event's id. `Last-Event-ID`, or `after` in the query, replays what came after it,
 * as far as the journal reaches back.
 */
export function streamEvents(control: ControlPort, request: IncomingMessage, response: ServerResponse): void {
  const lastSeen = lastSeenBy(request);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": selfballoon\n\n");
  const tell = (record: JournalRecord): void => {
    response.write(`id: ${record.seq}\nevent: ${record.kind}\ndata: ${JSON.stringify(record)}\n\n`);
  };
  if (lastSeen !== null) control.journalAfter(lastSeen).forEach(tell);
  const mostUnreadBytes = MOST_UNREAD_BYTES + response.writableLength;
  const stop = control.subscribe((record) => {
    tell(record);
    if (response.writableLength > mostUnreadBytes) response.destroy();
  });
  const heartbeat = setInterval(() => response.write(": heartbeat\n\n"), HEARTBEAT_MS);
  response.on("close", () => {
    clearInterval(heartbeat);
    stop();
  });
}

/** The number of the last event that the reader has; null if it asks for none of the past. */
function lastSeenBy(request: IncomingMessage): number | null {
  const [, query = ""] = (request.url ?? "").split("?");
  const text = request.headers["last-event-id"] ?? new URLSearchParams(query).get("after");
  return typeof text === "string" && /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}
