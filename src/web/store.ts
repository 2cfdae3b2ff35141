import type { HostStanding } from "../core/host/standing.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import { type Answer, ask, fetchHost, fetchSnapshot, follow, needsToken } from "./daemon.ts";
import { fleetHost } from "./fleet-host.ts";
import { EMPTY_MODEL, type Model, withGuests, withRecords } from "./model.ts";
import { pollRecords } from "./poll-records.ts";
import { everyWhileSeen } from "./while-seen.ts";

/** The page is drawn at most this often, whatever happens meanwhile. */
const DRAW_INTERVAL_MS = 250;

/** After a link was lost it is tried again so soon, and ever less often. */
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5000;

/** Guests that went away are noticed this soon, and so is a link that died without a word. */
const REFRESH_MS = 20_000;

/** How the host's memory stands comes with no record, so it is asked for. */
const HOST_REFRESH_MS = 2000;

/** How the page is linked to the daemon. */
export interface Link {
  readonly state: "connecting" | "live" | "lost";
  /** When it was lost; null while it is not. */
  readonly lostAtMs: number | null;
  /** Why, where somebody says so. */
  readonly problem: string | null;
}

/** The page's state, and everything that changes it. */
export class Store {
  model: Model = EMPTY_MODEL;
  link: Link = { state: "connecting", lostAtMs: null, problem: null };
  doing = "";
  version = "";
  /** The host, where its page is seen through its fleet, and nothing can be changed; null on its own page. */
  readonly fleetHost = fleetHost();
  host: HostStanding | null = null;
  private readonly listeners = new Set<() => void>();
  private pending: JournalRecord[] = [];
  private drawTimer: number | null = null;
  private retryMs = FIRST_RETRY_MS;
  private retryTimer = 0;
  private stopFollowing: () => void = () => {};

  /** Connect, and stay connected. */
  start(): void {
    void this.connect();
    everyWhileSeen(REFRESH_MS, () => void this.refresh());
    everyWhileSeen(HOST_REFRESH_MS, () => void this.refreshHost());
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Change something. Null: it needs the token, and the operator would not give it. */
  async change<T>(
    path: string,
    body: unknown,
    method: "PATCH" | "POST" | "DELETE" = "PATCH",
  ): Promise<Answer<T> | null> {
    const answer = await ask<T>(method, path, body);
    if (!answer.ok && needsToken(answer.problem)) return null;
    // What was changed is shown when the caller says that it was.
    await this.refresh();
    this.drawNow();
    return answer;
  }

  private async connect(): Promise<void> {
    if (!(await this.refresh())) return;
    this.stopFollowing();
    this.stopFollowing = (this.fleetHost === null ? follow : pollRecords)(this.model.lastSeq, {
      open: () => {
        this.retryMs = FIRST_RETRY_MS;
        this.link = { state: "live", lostAtMs: null, problem: null };
        this.draw();
      },
      record: (record) => {
        this.pending.push(record);
        this.draw();
      },
      lost: () => this.lose(),
    });
  }

  /** Read everything again. False if the daemon can't be reached. */
  private async refresh(): Promise<boolean> {
    const answer = await fetchSnapshot();
    if (!answer.ok) {
      this.lose(answer.problem?.detail ?? null);
      return false;
    }
    const { body: snapshot } = answer;
    this.doing = snapshot.doing;
    this.version = snapshot.version;
    this.host = snapshot.host;
    this.model = { ...withGuests(this.model, snapshot.guests), tunables: snapshot.tunables };
    this.draw();
    return true;
  }

  private async refreshHost(): Promise<void> {
    if (this.link.state !== "live" || this.host === null) return;
    const host = await fetchHost();
    if (host === null) return;
    this.host = host;
    this.draw();
  }

  private lose(problem: string | null = null): void {
    this.link = { state: "lost", lostAtMs: this.link.lostAtMs ?? Date.now(), problem };
    this.stopFollowing();
    this.stopFollowing = () => {};
    this.draw();
    clearTimeout(this.retryTimer);
    this.retryTimer = window.setTimeout(() => void this.connect(), this.retryMs);
    this.retryMs = Math.min(LAST_RETRY_MS, this.retryMs * 2);
  }

  private draw(): void {
    this.drawTimer ??= window.setTimeout(() => this.drawNow(), DRAW_INTERVAL_MS);
  }

  private drawNow(): void {
    if (this.drawTimer !== null) clearTimeout(this.drawTimer);
    this.drawTimer = null;
    this.takeIn();
    for (const listener of this.listeners) listener();
  }

  private takeIn(): void {
    const records = this.pending;
    this.pending = [];
    if (records.length === 0) return;
    this.model = withRecords(this.model, records);
    if (records.some(changesLists)) void this.refresh();
  }
}

/** Whether the daemon's lists of tunables and guests are others after it. */
function changesLists(record: JournalRecord): boolean {
  return record.kind === "tunables" || (record.kind === "guest" && record.change === "removed");
}
