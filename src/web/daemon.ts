import type { Problem } from "../api/problem.ts";
import type { GuestStatus, TunableStatus } from "../core/control.ts";
import type { HostStanding } from "../core/host/standing.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import { isShownKind } from "./event-kinds.ts";
import { readEvents } from "./event-stream.ts";
import { apiPath } from "./fleet-host.ts";
import { tokenKeeper } from "./token.ts";

/** An answer that does not come within this counts as none. */
const ANSWER_DEADLINE_MS = 8000;

/** What the daemon answered: its body, or why not. */
export type Answer<T> =
  | { readonly ok: true; readonly body: T }
  | { readonly ok: false; readonly problem: Problem | null };

/** Everything that the page begins with. */
export interface Snapshot {
  readonly doing: string;
  readonly version: string;
  readonly guests: readonly GuestStatus[];
  readonly tunables: readonly TunableStatus[];
  /** How the memory of the guests' host stands; null where none is shared. */
  readonly host: HostStanding | null;
}

/** Read the daemon's state. */
export async function fetchSnapshot(): Promise<Answer<Snapshot>> {
  const [health, guests, tunables, shared] = await Promise.all([
    ask<{ doing: string; version: string }>("GET", "/healthz"),
    ask<{ guests: readonly GuestStatus[] }>("GET", "/v1/guests"),
    ask<{ tunables: readonly TunableStatus[] }>("GET", "/v1/tunables"),
    ask<Pick<Snapshot, "host">>("GET", "/v1/host"),
  ]);
  if (!health.ok) return health;
  if (!guests.ok) return guests;
  if (!tunables.ok) return tunables;
  if (!shared.ok) return shared;
  const { doing, version } = health.body;
  const { host } = shared.body;
  return { ok: true, body: { doing, version, guests: guests.body.guests, tunables: tunables.body.tunables, host } };
}

/** How the memory of the guests' host stands; null where none is shared, or if the daemon can't be reached. */
export async function fetchHost(): Promise<HostStanding | null> {
  const shared = await ask<Pick<Snapshot, "host">>("GET", "/v1/host");
  return shared.ok ? shared.body.host : null;
}

/**
 * Ask the daemon, with the token of this tab; where another is needed the operator is asked for it. A problem of null means
 * that it can't be reached.
 */
export async function ask<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
  const answer = await askFor<T>(method, path, { body });
  if (!answer.ok) return answer;
  // Only who shows a tag is told that nothing is new.
  return answer.body === null ? { ok: false, problem: null } : { ok: true, body: answer.body.value };
}

/** What was read, and the tag by which it is known again; null: it has none. */
export interface Reading<T> {
  readonly value: T;
  readonly tag: string | null;
}

/** Read `path` as `ask` does, unless it is what had this tag: then the body is null. */
export function readNews<T>(path: string, tag: string | null): Promise<Answer<Reading<T> | null>> {
  return askFor<T>("GET", path, { tag });
}

/** What goes with a request. */
interface Sent {
  readonly body?: unknown;
  readonly tag?: string | null;
}

async function askFor<T>(method: string, path: string, sent: Sent): Promise<Answer<Reading<T> | null>> {
  let token = tokenKeeper.kept;
  for (;;) {
    const answer = await askWith<T>(token, method, path, sent);
    if (answer.ok || !needsToken(answer.problem)) return answer;
    token = await tokenKeeper.another(token, method === "GET" ? "read" : "change");
    if (token === null) return answer;
  }
}

/** Whether it was refused for want of a token. */
export function needsToken(problem: Problem | null): boolean {
  return problem?.code === "ERR_TOKEN_NEEDED";
}

async function askWith<T>(
  token: string | null,
  method: string,
  path: string,
  { body, tag = null }: Sent,
): Promise<Answer<Reading<T> | null>> {
  try {
    const response = await fetch(apiPath(path), {
      method,
      signal: AbortSignal.timeout(ANSWER_DEADLINE_MS),
      headers: { ...headersWith(token), ...(tag === null ? {} : { "if-none-match": tag }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status === 304) return { ok: true, body: null };
    const parsed: unknown = await response.json();
    if (!response.ok) return { ok: false, problem: parsed as Problem };
    return { ok: true, body: { value: parsed as T, tag: response.headers.get("etag") } };
  } catch {
    return { ok: false, problem: null };
  }
}

function headersWith(token: string | null): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** Show a text of the daemon's in place of the page. */
export async function showText(path: string): Promise<void> {
  try {
    const signal = AbortSignal.timeout(ANSWER_DEADLINE_MS);
    const answer = await fetch(path, { signal, headers: headersWith(tokenKeeper.kept) });
    location.assign(URL.createObjectURL(await answer.blob()));
  } catch {
    location.assign(path); // the browser says best that there is no answer
  }
}

/** Why a change was not made, or may not have been: without an answer in time nobody knows. */
export function whyNot(problem: Problem | null): string {
  return problem?.detail ?? "The daemon does not answer: it is not known whether anything was changed.";
}

/** Who follows the journal; `lost` is the last that it hears. */
export interface Follower {
  readonly open: () => void;
  readonly record: (record: JournalRecord) => void;
  readonly lost: () => void;
}

/** Follow the journal after record `after`. @returns how to stop. */
export function follow(after: number, on: Follower): () => void {
  const over = new AbortController();
  const read = async (): Promise<void> => {
    const headers = headersWith(tokenKeeper.kept);
    const { ok, body } = await fetch(`/v1/events?after=${after}`, { headers, signal: over.signal });
    if (!ok || body === null) return;
    on.open();
    await readEvents(body, ({ kind, data }) => {
      if (isShownKind(kind)) on.record(JSON.parse(data) as JournalRecord);
    });
  };
  // However it ends, and though it may have been refused: what to do about that is found out by reading again.
  void read()
    .catch(() => {})
    .then(() => {
      if (!over.signal.aborted) on.lost();
    });
  return () => over.abort();
}
