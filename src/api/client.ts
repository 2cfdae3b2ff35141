import { type IncomingMessage, request } from "node:http";
import { type ErrorDetails, hasSystemCode, problemOf, selfballoonError } from "../core/errors.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import type { ToldRecord } from "../core/severity.ts";
import type { Problem } from "./problem.ts";

const ANSWER_DEADLINE_MS = 10_000;
const ANSWER_LIMIT_BYTES = 64 * 1_048_576;

const EVENT_LIMIT_BYTES = 4 * 1_048_576;

/** What the daemon answered. */
export type ApiAnswer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Ask the daemon behind `socket`; `signal` ends the wait, and so does silence for `deadlineMs`.
 * @throws ERR_NO_DAEMON if nobody answers, ERR_PERMISSION if we may not ask.
 */
export async function askDaemon(
  socket: string,
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  deadlineMs?: number,
): Promise<ApiAnswer> {
  const text = body === undefined ? "" : JSON.stringify(body);
  const response = await open(socket, method, path, text, signal, deadlineMs);
  const parsed = parseAnswer(socket, await readText(socket, response));
  if (response.statusCode === 200) return { ok: true, body: parsed };
  return { ok: false, problem: parsed as Problem };
}

/** Every answer of the daemon is a JSON object. */
function parseAnswer(socket: string, text: string): object {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) return parsed;
  } catch {
    // Something else that listens there.
  }
  throw selfballoonError("ERR_NO_DAEMON", { socket, problem: "what listens there is something else" });
}

/** Follow the daemon's events from now on, or those after the record number `after`; ends when the daemon closes the stream or dies. */
export async function* followDaemon(socket: string, after: number | null = null): AsyncGenerator<JournalRecord> {
  const response = await open(socket, "GET", after === null ? "/v1/events" : `/v1/events?after=${after}`, "");
  if (response.statusCode !== 200) {
    response.destroy();
    throw selfballoonError("ERR_NO_DAEMON", { socket, problem: "what listens there has no events to follow" });
  }
  // The stream may be quiet for as long as nothing happens.
  response.socket.setTimeout(0);
  response.setEncoding("utf8");
  try {
    yield* parseEvents(response as AsyncIterable<string>, socket);
  } catch (thrown) {
    // A stream has no end of its own: it breaks off when the daemon goes.
    if (!hasSystemCode(thrown, "ECONNRESET")) throw thrown;
  }
}

async function* parseEvents(stream: AsyncIterable<string>, socket: string): AsyncGenerator<JournalRecord> {
  let pending = "";
  for await (const chunk of stream) {
    pending += chunk;
    if (pending.length > EVENT_LIMIT_BYTES)
      throw selfballoonError("ERR_NO_DAEMON", { socket, problem: "an event is too long" });
    const events = pending.split("\n\n");
    pending = events.pop() ?? "";
    for (const event of events) {
      const { name, data } = fieldsOf(event);
      if (name === "behind") throw selfballoonError("ERR_EVENTS_LOST", JSON.parse(data) as ErrorDetails);
      if (data !== "") yield recordOf(JSON.parse(data) as ToldRecord);
    }
  }
}

/** How grave it is follows from the record, and is no part of it. */
function recordOf({ severity, ...record }: ToldRecord): JournalRecord {
  return record;
}

/** An event's name and data, each on a line of its own; empty if there is none. */
function fieldsOf(event: string): { readonly name: string; readonly data: string } {
  const lines = event.split("\n");
  const field = (name: string): string => lines.find((line) => line.startsWith(name))?.slice(name.length) ?? "";
  return { name: field("event: "), data: field("data: ") };
}

function open(
  socket: string,
  method: string,
  path: string,
  body: string,
  signal?: AbortSignal,
  deadlineMs = ANSWER_DEADLINE_MS,
): Promise<IncomingMessage> {
  const ending = signal === undefined ? {} : { signal };
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: socket, method, path, timeout: deadlineMs, ...ending }, resolve);
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${deadlineMs} ms`)));
    asked.on("error", (thrown) => reject(unreachable(socket, thrown)));
    asked.end(body);
  });
}

function unreachable(socket: string, thrown: unknown): Error {
  const problem = problemOf(thrown);
  if (hasSystemCode(thrown, "EACCES")) {
    const remedy = "run as root or as a member of the socket's group";
    return selfballoonError("ERR_PERMISSION", { path: socket, mode: "reachable", problem, remedy }, thrown);
  }
  return selfballoonError("ERR_NO_DAEMON", { socket, problem }, thrown);
}

async function readText(socket: string, response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > ANSWER_LIMIT_BYTES) throw new Error("the answer is too long");
      chunks.push(chunk);
    }
  } catch (thrown) {
    throw unreachable(socket, thrown);
  }
  return Buffer.concat(chunks).toString("utf8");
}
