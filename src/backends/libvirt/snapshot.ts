import type { Domain, Libvirt } from "./libvirt.ts";

/** Guests that are observed within so long of each other share one answer. */
const SHARED_MS = 500;

type Domains = ReadonlyMap<string, Domain>;

interface Answer {
  readonly domains: Promise<Domains>;
  readonly askedAtMs: number;
  /** Sizes of balloons that have moved since it was asked for, in bytes by UUID. */
  readonly moved: Map<string, number>;
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
    const { domains, moved } = isGood ? answer : this.ask();
    return domains.then((found) => withMoved(found, moved));
  }

  /** The balloon of a domain has moved. */
  noteBalloon(uuid: string, currentBytes: number): void {
    this.answer?.moved.set(uuid, currentBytes);
  }

  /** Something was changed: the next one to ask gets a new answer. */
  outdate(): void {
    this.answer = null;
  }

  private ask(): Answer {
    const domains = this.libvirt.domains().then(byName);
    const answer: Answer = { domains, askedAtMs: this.nowMs(), moved: new Map(), hasCome: false };
    this.answer = answer;
    domains.then(
      () => {
        answer.hasCome = true;
      },
      () => {
        if (this.answer === answer) this.answer = null;
      },
    );
    return answer;
  }
}

/** A name that stands there twice, as where odd letters were lost, is left out: nothing says who is meant. */
function byName(domains: readonly Domain[]): Domains {
  const found = new Map(domains.map((domain) => [domain.name, domain]));
  for (const domain of domains) {
    if (found.get(domain.name) !== domain) found.delete(domain.name);
  }
  return found;
}

function withMoved(domains: Domains, moved: ReadonlyMap<string, number>): Domains {
  if (moved.size === 0) return domains;
  const now = [...domains.values()].map((domain) => {
    const currentBytes = moved.get(domain.uuid);
    return currentBytes === undefined || domain.currentBytes === null ? domain : { ...domain, currentBytes };
  });
  return byName(now);
}
