import type { Api } from "../api/route.ts";
import type { ControlPort } from "../core/control.ts";
import { problemOf } from "../core/errors.ts";
import type { HostBudget } from "../core/host/budget.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import type { Clock } from "../time/clock.ts";
import type { FleetAddress } from "./address.ts";
import { PageAnswerer } from "./answer-pages.ts";
import { WishAnswerer } from "./answer-wishes.ts";
import { ChangeTeller } from "./changes.ts";
import { EmergencyNews } from "./emergency-news.ts";
import { type GuestSummary, summaryOf } from "./guest-summary.ts";
import { type HostIdentity, notableRecord, STATE_MS, settingsReport, stateOf } from "./host-report.ts";
import { FleetLink } from "./link.ts";
import { changesSubject, hostKey, recordsSubject } from "./names.ts";
import { pageQuestionIn } from "./page-wire.ts";
import { RecordBuffer } from "./record-buffer.ts";
import { scopeKey, scopesOf } from "./scope.ts";
import { type SettingsPort, SettingsReader } from "./settings-reader.ts";
import { TroubleCount } from "./trouble-count.ts";
import { encode, MAX_BATCH, pack } from "./wire.ts";

/** Guests are looked at for changes so often. */
const LOOK_MS = 500;

/** All guests are told so often, which mends what was missed. */
const TABLE_MS = 10_000;

/** Records that wait while NATS is away. */
const MAX_RECORDS = 1000;

/** What a member is given. */
export interface MemberOptions {
  readonly address: FleetAddress;
  readonly identity: HostIdentity;
  readonly control: Pick<
    ControlPort,
    "describe" | "guests" | "host" | "subscribe" | "reserve" | "reservations" | "withdraw"
  >;
  /** What the host's own page is made of. */
  readonly api: Api;
  /** What the host has for its guests now; null where no budget is shared. */
  readonly budget: () => HostBudget | null;
  readonly clock: Clock;
  /** Where what the fleet sets goes. */
  readonly settings: SettingsPort;
  /** The fleet's settings can't be read; called once until they can again. */
  readonly onUnread: (problem: string) => void;
  /** The fleet can't be told anything; called once until it can again. */
  readonly onLost: (problem: string) => void;
  /** It can again, after so long, and so many records were dropped. */
  readonly onBack: (awayMs: number, dropped: number) => void;
}

/**
 * A host's part in its fleet: it tells how it stands, takes settings as from a file, and keeps memory free where it is asked to,
 * by a reservation as any other. Whatever becomes of NATS, the daemon is not held up: nothing here is waited for, and what is kept meanwhile is bounded.
 */
export class FleetMember {
  private readonly options: MemberOptions;
  private readonly link: FleetLink;
  private readonly wishes: WishAnswerer;
  private readonly pages: PageAnswerer;
  private readonly settings: SettingsReader;
  private readonly changes: ChangeTeller;
  private readonly news = new EmergencyNews();
  private readonly trouble: TroubleCount;
  private readonly records = new RecordBuffer(MAX_RECORDS);
  /** Tells this run's records from those of another with the same numbers. */
  private readonly session: string;
  private readonly busy = new Set<string>();
  private stops: readonly (() => void)[] = [];
  private tableMs: number | null = null;
  private lost: { readonly sinceMs: number; readonly dropped: number } | null = null;
  private isConfirmed = false;

  constructor(options: MemberOptions) {
    const { address, identity, clock, control } = options;
    this.options = options;
    const scopes = scopesOf(identity.host, identity.labels);
    this.link = new FleetLink(address, identity.host, clock, scopes.map(scopeKey), {
      up: () => {
        this.once("state", () => this.tellState());
        void this.settings.look();
      },
      problem: (thrown) => this.lose(thrown),
      asked: (question, maxBytes) => this.answer(question, maxBytes),
      hinted: () => this.settings.hint(),
    });
    this.settings = new SettingsReader({
      scopes,
      clock,
      port: options.settings,
      read: (key) => this.link.readSetting(key),
      onTaken: () => this.tellSoon(),
      onProblem: options.onUnread,
    });
    this.wishes = new WishAnswerer(control);
    this.pages = new PageAnswerer(options.api, identity.host, clock.nowMs);
    this.changes = new ChangeTeller(clock.nowMs());
    this.trouble = new TroubleCount(clock.nowMs());
    this.session = `${identity.host}-${clock.wallMs()}`;
  }

  start(): void {
    const { clock, control } = this.options;
    this.link.open();
    this.stops = [
      this.settings.start(),
      control.subscribe((record) => this.keep(record)),
      clock.every(LOOK_MS, () => this.tellChanges()),
      clock.every(STATE_MS, () => this.tellSoon()),
    ];
  }

  /** Say no more. */
  async close(): Promise<void> {
    for (const stop of this.stops) stop();
    await this.link.close();
  }

  private answer(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
    const question = pageQuestionIn(bytes);
    return question === null ? this.wishes.answer(bytes) : this.pages.answer(question, maxBytes);
  }

  private tellSoon(): void {
    if (this.link.isUp) this.once("state", () => this.tellState());
  }

  private rows(): readonly GuestSummary[] {
    return this.options.control.guests().map(summaryOf);
  }

  private keep(record: JournalRecord): void {
    const isNews = this.news.take(record);
    this.trouble.take(record, isNews);
    const notable = isNews ? notableRecord(record) : null;
    if (notable !== null) this.records.add(notable);
  }

  private tellChanges(): void {
    // Until NATS has confirmed something, nobody can have the guests that these are changes of.
    if (!this.link.isUp || !this.isConfirmed) return;
    const { identity, clock } = this.options;
    const { host } = identity;
    const { rows, gone } = this.changes.next(this.rows(), clock.nowMs());
    const at = clock.wallMs();
    if (rows.length > 0 || gone.length > 0)
      this.link.tell(changesSubject(host), encode<"changes">({ host, at, rows: [...rows], gone: [...gone] }));
    this.once("records", () => this.sendRecords());
  }

  private async tellState(): Promise<void> {
    const { identity, control, budget, clock } = this.options;
    const { host } = identity;
    const rows = this.rows();
    const at = clock.wallMs();
    const state = stateOf(identity, control, budget(), rows, {
      at,
      dropped: this.records.dropped,
      trouble: this.trouble.at(clock.nowMs()),
      settings: settingsReport(this.options.settings.documents, this.settings.refused),
    });
    await this.link.put(hostKey(host, "state"), encode<"state">(state));
    if (this.tableMs !== null && clock.nowMs() - this.tableMs < TABLE_MS) return;
    this.tableMs = clock.nowMs();
    this.changes.toldAll(rows);
    await this.link.put(hostKey(host, "guests"), encode<"guests">({ host, at, rows: rows.map(pack) }));
  }

  private async sendRecords(): Promise<void> {
    const { host } = this.options.identity;
    for (let batch = this.records.batch(MAX_BATCH); batch[0] !== undefined; batch = this.records.batch(MAX_BATCH)) {
      const at = this.options.clock.wallMs();
      const bytes = encode<"records">({ host, at, records: [...batch] });
      await this.link.confirmed(recordsSubject(host), bytes, `${this.session}-${batch[0].seq}`);
      this.records.confirm();
    }
  }

  /** Do it unless the last time is still under way: a server that hangs has one of each to answer. */
  private once(what: string, act: () => Promise<void>): void {
    if (this.busy.has(what)) return;
    this.busy.add(what);
    act()
      .then(
        () => this.find(),
        (thrown: unknown) => this.lose(thrown),
      )
      .finally(() => this.busy.delete(what));
  }

  private find(): void {
    this.isConfirmed = true;
    const { lost } = this;
    if (lost === null) return;
    this.lost = null;
    this.options.onBack(this.options.clock.nowMs() - lost.sinceMs, this.records.dropped - lost.dropped);
  }

  private lose(thrown: unknown): void {
    this.isConfirmed = false;
    this.tableMs = null;
    if (this.lost !== null) return;
    this.lost = { sinceMs: this.options.clock.nowMs(), dropped: this.records.dropped };
    this.options.onLost(problemOf(thrown));
  }
}
