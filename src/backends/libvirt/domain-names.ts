import { ALL_GUESTS } from "../../core/all-guests.ts";
import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { oneLine } from "../host/json.ts";
import type { Domain } from "./libvirt.ts";

/** Longest name that a guest goes by, in UTF-16 units; libvirt's are names of files. */
const MAX_NAME_LENGTH = 255;

/** A domain as one connection shows it. */
export interface ShownDomain extends Pick<Domain, "uuid" | "id" | "name"> {
  /** The connection's name. */
  readonly connection: string;
  /** Whether nobody named that connection, so that its daemon may be anybody's. */
  readonly isFound: boolean;
}

/** What guests are called, and whom of them nobody can mean. */
export interface NamedDomains {
  readonly guests: ReadonlyMap<string, ShownDomain>;
  /** Why some are left alone, or go by their UUIDs. */
  readonly problems: readonly SelfballoonError[];
}

/**
 * The guests' names. What a connection shows is no proof, so none takes the name or the UUID of another's domain: whoever
 * has it keeps it, and where two want the same at once, it is the one of the first connection. Only to connections that the
 * operator named do those that were found lose what they have.
 */
export class DomainNames {
  private given: ReadonlyMap<string, ShownDomain> = new Map();

  /** Name the domains that there are, which stand in the order of their connections. */
  assign(shown: readonly ShownDomain[]): NamedDomains {
    const kept = new Map([...this.given].map(([guest, domain]) => [keyOf(domain), guest]));
    const held = new Map(shown.map((domain) => [kept.get(keyOf(domain)), domain]));
    const guests = new Map<string, ShownDomain>();
    const byUuid = new Map<string, ShownDomain>();
    const problems: SelfballoonError[] = [];
    const keepersFirst = [...shown].sort((one, other) => rankOf(one, kept) - rankOf(other, kept));
    for (const domain of keepersFirst) {
      const isFree = (guest: string): boolean => !guests.has(guest) && mayTake(domain, held.get(guest));
      const guest = wantedBy(domain).find(isFree) ?? null;
      const isTwice = byUuid.has(domain.uuid) || guest === null;
      const other = byUuid.get(domain.uuid) ?? guests.get(domain.name) ?? held.get(domain.name);
      if (other !== undefined && (isTwice || guest !== domain.name)) problems.push(ambiguous(domain, other, isTwice));
      if (isTwice) continue;
      guests.set(guest, domain);
      byUuid.set(domain.uuid, domain);
    }
    this.given = guests;
    return { guests, problems };
  }
}

/** A domain that keeps its name, by all that it is. */
function keyOf({ connection, uuid, name }: ShownDomain): string {
  return `${uuid} ${connection.length} ${connection}${name}`;
}

/** Who is named first: those of named connections, and of each kind those that are known. */
function rankOf(domain: ShownDomain, kept: ReadonlyMap<string, string>): number {
  return (domain.isFound ? 2 : 0) + (kept.has(keyOf(domain)) ? 0 : 1);
}

/** Whether a domain may have the name that `holder` has had so far. */
function mayTake(domain: ShownDomain, holder = domain): boolean {
  return keyOf(holder) === keyOf(domain) || (holder.isFound && !domain.isFound);
}

/** What it could be called, the best first. */
function wantedBy({ name, uuid }: ShownDomain): readonly string[] {
  const isName = name !== "" && name !== ALL_GUESTS && name.length <= MAX_NAME_LENGTH;
  return isName ? [name, uuid] : [uuid];
}

function ambiguous({ name, uuid, connection }: ShownDomain, other: ShownDomain, isTwice: boolean): SelfballoonError {
  const consequence = isTwice ? "it is left alone" : `it goes by its UUID, ${uuid}`;
  const details = { guest: oneLine(name), connection, other: other.connection, consequence };
  return selfballoonError("ERR_DOMAIN_AMBIGUOUS", details);
}
