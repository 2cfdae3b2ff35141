import { type Domain, parseDomstats } from "./domstats.ts";
import type { RunVirsh } from "./virsh.ts";

/** Guests that are observed within so long of each other share one answer. */
const SHARED_MS = 500;

/** `--nowait`: a domain that is busy says less, instead of keeping the others waiting. */
const DOMSTATS = ["domstats", "--state", "--balloon", "--raw", "--list-active", "--nowait"];

/** All domains, in one call for all who ask at about the same time. */
export class DomainSnapshot {
  private readonly run: RunVirsh;
  private readonly nowMs: () => number;
  private domains: Promise<ReadonlyMap<string, Domain>> | null = null;
  private takenAtMs = 0;

  constructor(run: RunVirsh, nowMs: () => number) {
    this.run = run;
    this.nowMs = nowMs;
  }

  /** The active domains by name. */
  read(): Promise<ReadonlyMap<string, Domain>> {
    if (this.domains === null || this.nowMs() - this.takenAtMs > SHARED_MS) {
      this.takenAtMs = this.nowMs();
      this.domains = this.take();
    }
    return this.domains;
  }

  /** Something was changed: the next one to ask gets a new answer. */
  outdate(): void {
    this.domains = null;
  }

  private async take(): Promise<ReadonlyMap<string, Domain>> {
    try {
      const { stdout } = await this.run(DOMSTATS);
      return new Map(parseDomstats(stdout).map((domain) => [domain.name, domain]));
    } catch (thrown) {
      this.domains = null;
      throw thrown;
    }
  }
}
