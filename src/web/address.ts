import { STANDINGS, type Standing } from "../view/standing.ts";

/** What the address's hash asks for: a view, and what it is to begin with. */
export interface Address {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The hash, taken apart at its first question mark; an empty one is the list of guests. */
export function parseAddress(hash: string): Address {
  const [path = "", query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  return { path: path === "" ? "/" : path, query: new URLSearchParams(query) };
}

/** The guest whose page is asked for; null if it is another view. */
export function guestOf({ path }: Address): string | null {
  const encoded = /^\/guests\/(.+)$/.exec(path)?.[1];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    // Not an encoding of anything: then no guest has that name either.
    return encoded;
  }
}

/** Which guests are asked for; null: all of them. */
export function standingOf({ query }: Address): Standing | null {
  return STANDINGS.find((standing) => standing === query.get("state")) ?? null;
}

/** The address of the list of guests that stand so; null: of all of them. */
export function guestsAddress(standing: Standing | null): string {
  return standing === null ? "#/" : `#/?state=${standing}`;
}
