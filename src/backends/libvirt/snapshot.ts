import type { Domain, Libvirt } from "./libvirt.ts";

/** Guests that are observed within so long of each other share one answer. */
const SHARED_MS = 500;

type Domains = ReadonlyMap<string, Domain>;

interface Answer {
  readonly domains: Promise<Domains>;
  readonly askedAtMs: number;
  hasCome: boolean;
}

/** All domains, in one call for all who ask at about the same time. */
export class DomainSnapshot {
  private readonly libvirt: Libvirt;
  private readonly nowMs: () => number;
  private answer: Answer | null = null;

  constructor(libvirt: Libvirt, nowMs: () => number) {
    this.libvirt = libvirt;
    this.nowMs = nowMs;
  }

  /** The active domains by name. An answer that is yet to come is waited for, however long ago it was asked for. */
  read(): Promise<Domains> {
    const { answer } = this;
    const isGood = answer !== null && (!answer.hasCome || this.nowMs() - answer.askedAtMs <= SHARED_MS);
    return isGood ? answer.domains : this.ask();
  }

  /** Something was changed: the next one to ask gets a new answer. */
  outdate(): void {
    this.answer = null;
  }

  private ask(): Promise<Domains> {
    const domains = this.libvirt.domains().then(byName);
    const answer: Answer = { domains, askedAtMs: this.nowMs(), hasCome: false };
    this.answer = answer;
    domains.then(
      () => {
        answer.hasCome = true;
      },
      () => {
        if (this.answer === answer) this.answer = null;
      },
    );
    return domains;
  }
}

function byName(domains: readonly Domain[]): Domains {
  return new Map(domains.map((domain) => [domain.name, domain]));
}
