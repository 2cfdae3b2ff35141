/** What tells a domain from others. */
export interface DomainIdentity {
  readonly uuid: string;
  readonly id: number;
  readonly name: string;
}

/** A line of `virsh list --uuid --id --name`. */
const LINE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) ([0-9]{1,9}) (.+)$/;

/**
 * Read `virsh list --uuid --id --name`. A line that is anything else is left out, and so is a name that stands there
 * twice, because nothing says which of the two is meant elsewhere.
 */
export function parseDomainList(text: string): ReadonlyMap<string, DomainIdentity> {
  const found = new Map<string, DomainIdentity>();
  const twice = new Set<string>();
  for (const line of text.split("\n")) {
    const [, uuid, id, name] = LINE.exec(line) ?? [];
    if (uuid === undefined || name === undefined) continue;
    if (found.has(name)) twice.add(name);
    found.set(name, { uuid, id: Number(id), name });
  }
  for (const name of twice) found.delete(name);
  return found;
}
