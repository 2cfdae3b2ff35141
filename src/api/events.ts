import type { IncomingMessage, ServerResponse } from "node:http";
import type { ControlPort } from "../core/control.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import { toldRecord } from "../core/severity.ts";

/** A comment this often shows that the link lives, also to whatever stands in between. */
const HEARTBEAT_MS = 15_000;

/**
 * The journal as server-sent events (HTML Living Standard, section 9.2): one event a record, its kind as the event's name
 * and its number as the event's id. `Last-Event-ID`, or `after` in the query, replays what came after it, as far as the
 * journal reaches back.
 *
 * A stream holds no records: while its reader is behind it writes none, and then continues from the journal. A reader that
 * is so far behind that the journal has lost what comes next is told by an event `behind`, and the stream ends.
 */
export class EventStreams {
  private readonly control: ControlPort;
  private last: { readonly record: JournalRecord; readonly frame: string } | null = null;

  constructor(control: ControlPort) {
    this.control = control;
  }

  /** Stream to a reader until it goes. */
  open(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": selfballoon\n\n");
    const stop = this.follow(response, lastSeenBy(request));
    const heartbeat = setInterval(() => {
      if (!response.writableNeedDrain) response.write(": heartbeat\n\n");
    }, HEARTBEAT_MS);
    response.on("close", () => {
      clearInterval(heartbeat);
      stop();
    });
  }

  /** Write what comes after `lastSeen`; null: what comes from now on. @returns how to stop. */
  private follow(response: ServerResponse, lastSeen: number | null): () => void {
    let isBehind = false;
    let nextSeq: number | null = null;
    /** False once the reader has enough for now. */
    const write = (record: JournalRecord): boolean => {
      nextSeq = record.seq + 1;
      isBehind = !response.write(this.frameOf(record));
      return !isBehind;
    };
    const catchUp = (afterSeq: number): void => {
      isBehind = false;
      for (const record of this.control.journalAfter(afterSeq)) {
        const lostFrom = nextSeq !== null && record.seq > nextSeq ? nextSeq : null;
        if (lostFrom !== null) {
          endBehind(response, lostFrom, record.seq - 1);
          return;
        }
        if (!write(record)) return;
      }
    };
    if (lastSeen !== null) catchUp(lastSeen);
    response.on("drain", () => {
      if (isBehind && nextSeq !== null && !response.writableEnded) catchUp(nextSeq - 1);
    });
    return this.control.subscribe((record) => {
      if (!isBehind && !response.writableEnded) write(record);
    });
  }

  /** A record is put into words once, however many follow. */
  private frameOf(record: JournalRecord): string {
    if (this.last?.record !== record) {
      const frame = `id: ${record.seq}\nevent: ${record.kind}\ndata: ${JSON.stringify(toldRecord(record))}\n\n`;
      this.last = { record, frame };
    }
    return this.last.frame;
  }
}

function endBehind(response: ServerResponse, lostFrom: number, lostTo: number): void {
  response.end(`event: behind\ndata: ${JSON.stringify({ lostFrom, lostTo })}\n\n`);
}

/** The number of the last event that the reader has; null if it asks for none of the past. */
function lastSeenBy(request: IncomingMessage): number | null {
  const [, query = ""] = (request.url ?? "").split("?");
  const text = request.headers["last-event-id"] ?? new URLSearchParams(query).get("after");
  return typeof text === "string" && /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}
