/** What of a fleet's host its place among others goes by. */
interface OrderedHost {
  readonly host: string;
  readonly state: {
    readonly short: number;
    readonly held: number;
    readonly unreadable: number;
    readonly labels: Readonly<Record<string, string>>;
    readonly health?: { readonly isEmergency: boolean } | undefined;
  } | null;
}

/** Hosts in trouble first, then those that are stale. */
export function troubledFirst<Host extends OrderedHost & { readonly isStale: boolean }>(
  hosts: readonly Host[],
): readonly Host[] {
  return hosts.toSorted((a, b) => byTrouble(a, b) || Number(b.isStale) - Number(a.isStale));
}

/** Hosts that are about to run out of memory first, then those with short guests, the most of them first, then those whose guests can't be read or are held; others stay in order. */
export function byTrouble({ state: a }: OrderedHost, { state: b }: OrderedHost): number {
  const worse = (state: OrderedHost["state"]): number => (state === null ? 0 : state.unreadable + state.held);
  const isOut = (state: OrderedHost["state"]): number => Number(state?.health?.isEmergency ?? false);
  return isOut(b) - isOut(a) || (b?.short ?? 0) - (a?.short ?? 0) || worse(b) - worse(a);
}

/** The hosts that have all words of `text` in their names or labels. */
export function hostsWithWords<Host extends OrderedHost>(hosts: readonly Host[], text: string): readonly Host[] {
  const words = text.toLowerCase().split(/\s+/);
  return hosts.filter(({ host, state }) => {
    const labels = Object.entries(state?.labels ?? {}).map(([name, value]) => `${name}=${value}`);
    const all = [host, ...labels].join(" ").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
