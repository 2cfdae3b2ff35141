import type { Domain, Libvirt } from "./libvirt.ts";

/** Guests that are observed within so long of each other share one answer. */
const SHARED_MS = 500;

/** The active domains by UUID. */
export type Domains = ReadonlyMap<string, Domain>;

interface Answer {
  readonly domains: Promise<Domains>;
  readonly askedAtMs: number;
  /** Sizes of balloons that have moved since it was asked for, in bytes by UUID. */
  readonly moved: Map<string, number>;
  /** What was changed since, by UUID, and is asked for alone: null until somebody asks. */
  readonly changed: Map<string, Promise<Domain | null> | null>;
  hasCome: boolean;
}

/** All domains, in one call for all who ask at about the same time; one that was changed meanwhile is asked for alone. */
export class DomainSnapshot {
  private readonly libvirt: Libvirt;
  private readonly nowMs: () => number;
  private answer: Answer | null = null;

  constructor(libvirt: Libvirt, nowMs: () => number) {
    this.libvirt = libvirt;
    this.nowMs = nowMs;
  }

  /** The active domains. */
  read(): Promise<Domains> {
    return this.current().domains;
  }

  /** The domain `uuid`; null if it is not active. */
  async find(uuid: string): Promise<Domain | null> {
    const answer = this.current();
    const domain = (await answer.domains).get(uuid) ?? null;
    const change = answer.changed.get(uuid);
    if (change === undefined || domain === null) return withSize(domain, answer.moved.get(uuid));
    const asked = change ?? this.libvirt.domain(uuid);
    answer.changed.set(uuid, asked);
    asked.catch(() => answer.changed.set(uuid, null));
    return withSize(await asked, answer.moved.get(uuid));
  }

  /** The balloon of a domain has moved. */
  noteBalloon(uuid: string, currentBytes: number): void {
    this.answer?.moved.set(uuid, currentBytes);
  }

  /** The domain `uuid` was changed: the next one to ask for it gets a new answer. */
  outdate(uuid: string): void {
    this.answer?.moved.delete(uuid);
    this.answer?.changed.set(uuid, null);
  }

  /** Domains have come or gone: the next one to ask gets a new answer. */
  outdateAll(): void {
    this.answer = null;
  }

  /** An answer that is yet to come is waited for, however long ago it was asked for. */
  private current(): Answer {
    const { answer } = this;
    const isGood = answer !== null && (!answer.hasCome || this.nowMs() - answer.askedAtMs <= SHARED_MS);
    return isGood ? answer : this.ask();
  }

  private ask(): Answer {
    const domains = this.libvirt.domains().then(byUuid);
    const answer: Answer = { domains, askedAtMs: this.nowMs(), moved: new Map(), changed: new Map(), hasCome: false };
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

/** A name or UUID that stands there twice, as where odd letters were lost, is left out: nothing says who is meant. */
function byUuid(domains: readonly Domain[]): Domains {
  const names = counts(domains.map(({ name }) => name));
  const uuids = counts(domains.map(({ uuid }) => uuid));
  const isOne = ({ name, uuid }: Domain): boolean => names.get(name) === 1 && uuids.get(uuid) === 1;
  return new Map(domains.filter(isOne).map((domain) => [domain.uuid, domain]));
}

function counts(words: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const word of words) found.set(word, (found.get(word) ?? 0) + 1);
  return found;
}

/** The domain with the size that its balloon has by now. */
function withSize(domain: Domain | null, currentBytes: number | undefined): Domain | null {
  if (domain === null || currentBytes === undefined || domain.currentBytes === null) return domain;
  return { ...domain, currentBytes };
}
