import { isDeepStrictEqual } from "node:util";
import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { realClock } from "../../time/clock.ts";
import { endsWithin } from "../../time/deadline.ts";
import { asSelfballoonError } from "../host/thrown.ts";
import type { Connection } from "./connections.ts";
import type { ShownDomain } from "./domain-names.ts";
import { LibvirtHost, type LibvirtHostOptions } from "./host.ts";
import type { Domain } from "./libvirt.ts";
import { NewsBudget } from "./news-budget.ts";

/** How long the others wait for a connection to say which domains it has; one that failed or was late is hardly waited for. */
const LOOK_MS = 2000;
const TROUBLED_MS = 100;

/** More than any call takes: nobody else waits. */
const ALONE_MS = 60_000;

/** Most domains that are taken of a connection that nobody named: its daemon may be anybody's. */
const MAX_FOUND_DOMAINS = 128;

/** A connection in use, with the domains that it showed last: those stay while it can't be asked. */
export class Member {
  readonly connection: Connection;
  readonly host: LibvirtHost;
  /** When its socket was there last, or may have been. */
  seenAtMs: number;
  private readonly news: NewsBudget;
  private shown: readonly ShownDomain[] = [];
  private looking: Promise<void> | null = null;
  private trouble: SelfballoonError | null = null;
  private isLate = false;
  private answered = false;
  private found = 0;

  constructor(connection: Connection, options: Omit<LibvirtHostOptions, "libvirt">) {
    this.connection = connection;
    this.seenAtMs = options.nowMs();
    this.news = new NewsBudget(realClock, options.onChange);
    const onChange = (): void => this.news.take();
    this.host = new LibvirtHost({ ...options, onChange, libvirt: connection.open() });
  }

  get domains(): readonly ShownDomain[] {
    return this.shown;
  }

  /** Why it could not be asked; null if it could. */
  get failure(): SelfballoonError | null {
    return this.trouble;
  }

  /** Whether it ever said which domains it has. */
  get hasAnswered(): boolean {
    return this.answered;
  }

  /** What is wrong with it, for the operator. */
  get problems(): readonly SelfballoonError[] {
    const { uri } = this.connection;
    const { trouble, found } = this;
    const isOver = found > MAX_FOUND_DOMAINS && this.connection.isFound;
    return [
      ...(trouble === null ? [] : [selfballoonError("ERR_CONNECTION", { uri, problem: trouble.message }, trouble)]),
      ...(isOver ? [selfballoonError("ERR_LEFT_OUT", { what: `domains of ${uri}`, max: MAX_FOUND_DOMAINS })] : []),
    ];
  }

  /**
   * Ask for its domains. An answer that comes too late is taken when it comes; until then those stay that it showed last.
   * It is waited for longest where `isAlone`, and nothing is known yet.
   */
  async look(isAlone: boolean): Promise<void> {
    this.looking ??= this.lookNow().finally(() => {
      this.looking = null;
    });
    this.isLate = !(await endsWithin(realClock, this.waitMs(isAlone), this.looking));
    if (!this.isLate || this.answered) return;
    this.trouble ??= selfballoonError("ERR_DEADLINE", { what: "asking for its domains", deadlineMs: LOOK_MS });
  }

  close(): Promise<void> {
    this.news.close();
    return this.host.close();
  }

  private waitMs(isAlone: boolean): number {
    if (isAlone) return this.answered ? LOOK_MS : ALONE_MS;
    return this.isLate || this.trouble !== null ? TROUBLED_MS : LOOK_MS;
  }

  private async lookNow(): Promise<void> {
    try {
      const domains = this.taken(await this.host.domains());
      const isNews = this.trouble !== null || !isDeepStrictEqual(domains, this.shown);
      this.shown = domains;
      this.trouble = null;
      this.answered = true;
      if (this.isLate && isNews) this.news.take();
    } catch (thrown) {
      this.trouble = asSelfballoonError(thrown);
    }
  }

  /** Those that are known come first where there are too many. */
  private taken(domains: readonly Domain[]): readonly ShownDomain[] {
    const { uri: connection, isFound } = this.connection;
    const known = new Set(this.shown.map(({ uuid }) => uuid));
    const all = [...domains.filter(({ uuid }) => known.has(uuid)), ...domains.filter(({ uuid }) => !known.has(uuid))];
    this.found = domains.length;
    return all
      .slice(0, isFound ? MAX_FOUND_DOMAINS : all.length)
      .map(({ uuid, id, name }) => ({ connection, isFound, uuid, id, name }));
  }
}
