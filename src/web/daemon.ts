import type { Problem } from "../api/problem.ts";
import type { GuestStatus, TunableStatus } from "../core/control.ts";
import type { HostStanding } from "../core/host/standing.ts";
import type { JournalRecord } from "../core/journal-record.ts";

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

/** Read the daemon's state. Null if it can't be reached. */
export async function fetchSnapshot(): Promise<Snapshot | null> {
  const [health, guests, tunables, shared] = await Promise.all([
    ask<{ doing: string; version: string }>("GET", "/healthz"),
    ask<{ guests: readonly GuestStatus[] }>("GET", "/v1/guests"),
    ask<{ tunables: readonly TunableStatus[] }>("GET", "/v1/tunables"),
    ask<Pick<Snapshot, "host">>("GET", "/v1/host"),
  ]);
  if (!health.ok || !guests.ok || !tunables.ok || !shared.ok) return null;
  const { doing, version } = health.body;
  const { host } = shared.body;
  return { doing, version, guests: guests.body.guests, tunables: tunables.body.tunables, host };
}

/** How the memory of the guests' host stands; null where none is shared, or if the daemon can't be reached. */
export async function fetchHost(): Promise<HostStanding | null> {
  const shared = await ask<Pick<Snapshot, "host">>("GET", "/v1/host");
  return shared.ok ? shared.body.host : null;
}

/** Ask the daemon; a problem of null means that it can't be reached. */
export async function ask<T>(method: string, path: string, body?: unknown, token?: string): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(ANSWER_DEADLINE_MS),
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const parsed: unknown = await response.json();
    return response.ok ? { ok: true, body: parsed as T } : { ok: false, problem: parsed as Problem };
  } catch {
    return { ok: false, problem: null };
  }
}

const KINDS: readonly JournalRecord["kind"][] = ["step", "shrink", "fault", "notice", "tunables", "settings", "pause"];

/** Follow the journal after record `after`. @returns how to stop. */
export function follow(
  after: number,
  on: { readonly open: () => void; readonly record: (record: JournalRecord) => void; readonly lost: () => void },
): () => void {
  const source = new EventSource(`/v1/events?after=${after}`);
  source.onopen = on.open;
  source.onerror = () => {
    source.close();
    on.lost();
  };
  for (const kind of KINDS) {
    source.addEventListener(kind, (event: MessageEvent<string>) => on.record(JSON.parse(event.data) as JournalRecord));
  }
  return () => source.close();
}
