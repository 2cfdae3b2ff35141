import { problemOf, selfballoonError } from "../../../core/errors.ts";
import { type GrowingWait, NO_WAIT, waitLonger } from "../../../core/guard/growing-wait.ts";
import type { JournalRecord } from "../../../core/journal-record.ts";
import type { DaemonPort } from "../../../core/toolstack.ts";
import type { OpenChannel } from "../../../machine/device-channel.ts";
import type { Clock } from "../../../time/clock.ts";
import { endsWithin } from "../../../time/deadline.ts";
import { XenstoreConnection } from "./connection.ts";
import { type Facts, factsOf } from "./facts.ts";
import { WISHES, Wishes } from "./wishes.ts";

/** Where the guest shows how it stands: below `data`, where a guest may write. */
const SHOWN = "data/selfballoon";

/** The folder below it of wishes that were refused; it goes with the last of them. */
const REFUSED = "refused";

/** Wishes and facts have a turn this often at most, however many there are. */
const PACE_MS = 1000;

/** How long xenstore is left alone after it failed. */
const WAITS = { firstMs: 5000, maxMs: 300_000 };

/** How long the end may take for removing what is shown. */
const CLOSE_MS = 1000;

export interface LinkOptions {
  /** The kernel's device, for what is told. */
  readonly path: string;
  readonly open: OpenChannel;
  readonly daemon: DaemonPort;
  readonly clock: Clock;
}

/**
 * The guest's part with dom0: shows below `data/selfballoon` how it stands, and takes what dom0 writes below
 * `control/selfballoon`. Whatever becomes of xenstore, nobody waits for it, and what is kept meanwhile is bounded.
 */
export class ToolstackLink {
  private readonly options: LinkOptions;
  private readonly wishes: Wishes;
  private connection: XenstoreConnection | null = null;
  private facts: Facts = new Map();
  /** What xenstore has of us, as far as we know. */
  private readonly shown = new Map<string, string>();
  private wait: GrowingWait = NO_WAIT;
  /** Since when dom0 can't be shown anything; null while it can. */
  private lostMs: number | null = null;
  private notBeforeMs = 0;
  /** Something has happened since the last turn began. */
  private isDue = false;
  /** The turn that is under way, and how to cancel the next one. */
  private turn: Promise<void> | null = null;
  private cancelNext: (() => void) | null = null;
  private stopListening = (): void => {};
  private isClosed = false;

  constructor(options: LinkOptions) {
    this.options = options;
    this.wishes = new Wishes(options.daemon);
  }

  start(): void {
    this.stopListening = this.options.daemon.subscribe((record) => this.take(record));
    this.due();
  }

  /** Take back what is shown, if xenstore answers in time. Never rejects. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.stopListening();
    this.cancelNext?.();
    await endsWithin(this.options.clock, CLOSE_MS, this.takeBack());
    this.connection?.close();
  }

  private async takeBack(): Promise<void> {
    await this.turn;
    // That it can't be done changes nothing at the end.
    await this.connection?.remove(SHOWN).catch(() => {});
  }

  private take(record: JournalRecord): void {
    const facts = factsOf(record);
    if (facts === null) return;
    this.facts = facts;
    this.due();
  }

  /** Have a turn as soon as one may be. */
  private due(): void {
    this.isDue = true;
    if (this.isClosed || this.turn !== null || this.cancelNext !== null) return;
    const { clock } = this.options;
    this.cancelNext = clock.after(Math.max(0, this.notBeforeMs - clock.nowMs()), () => {
      this.cancelNext = null;
      this.turn = this.play().finally(() => {
        this.turn = null;
        if (this.isDue) this.due();
      });
    });
  }

  private async play(): Promise<void> {
    this.isDue = false;
    this.notBeforeMs = this.options.clock.nowMs() + PACE_MS;
    try {
      const connection = await this.connected();
      await this.takeWishes(connection);
      await this.show(connection);
      this.found();
    } catch (thrown) {
      this.lose(problemOf(thrown));
    }
  }

  private async connected(): Promise<XenstoreConnection> {
    if (this.connection !== null) {
      this.connection.requireOpen();
      return this.connection;
    }
    const { open, clock } = this.options;
    const listener = { onEvent: (path: string) => this.hear(path), onEnd: () => this.due() };
    this.connection = new XenstoreConnection(open, clock, listener);
    // What a daemon that was killed has left. It also shows that xenstored answers: setting a watch waits for that in the kernel.
    await this.connection.remove(SHOWN);
    await this.connection.watch(WISHES);
    return this.connection;
  }

  private hear(path: string): void {
    this.wishes.note(path);
    this.due();
  }

  private async takeWishes(connection: XenstoreConnection): Promise<void> {
    const isAll = await this.wishes.take(connection);
    // After a restore of the guest the kernel sets our watch again, and xenstore has nothing of us.
    if (isAll && (await connection.read(`${SHOWN}/reason`)) === null) this.shown.clear();
  }

  /** Write what has changed since it was written last. */
  private async show(connection: XenstoreConnection): Promise<void> {
    const refusals = [...this.wishes.refusals].map(([name, problem]) => [`${REFUSED}/${name}`, problem] as const);
    const wanted = new Map([...this.facts, ...refusals]);
    for (const node of [...this.shown.keys()].filter((node) => !wanted.has(node))) {
      const isLastRefusal = node.startsWith(`${REFUSED}/`) && refusals.length === 0;
      await connection.remove(`${SHOWN}/${isLastRefusal ? REFUSED : node}`);
      this.shown.delete(node);
    }
    for (const [node, value] of wanted) {
      if (this.shown.get(node) === value) continue;
      await connection.write(`${SHOWN}/${node}`, value);
      this.shown.set(node, value);
    }
  }

  private found(): void {
    const { lostMs } = this;
    if (lostMs === null) return;
    this.lostMs = null;
    const { daemon, clock } = this.options;
    const details = { awayS: Math.round((clock.nowMs() - lostMs) / 1000) };
    daemon.notice({ code: "toolstack_back", details });
  }

  private lose(problem: string): void {
    const { path, daemon, clock } = this.options;
    const nowMs = clock.nowMs();
    this.connection?.close();
    this.connection = null;
    this.shown.clear();
    this.wait = waitLonger(this.wait, nowMs, WAITS);
    this.notBeforeMs = this.wait.untilMs;
    this.isDue = true;
    if (this.lostMs !== null) return;
    this.lostMs = nowMs;
    daemon.tell(selfballoonError("ERR_XENSTORE", { path, problem }));
  }
}
