import { selfballoonError } from "../core/errors.ts";

/** An address to listen on over TCP. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Where hosts and simulated hosts listen unless the operator says otherwise. */
export const DEFAULT_LISTEN: ListenAddress = { host: "127.0.0.1", port: 7070 };

/**
 * Read `HOST:PORT`, with an IPv6 address in brackets; empty text is null, for not at all.
 * @throws ERR_CONFIG_INVALID.
 */
export function parseListen(text: string, origin: string, consequence: string): ListenAddress | null {
  if (text === "") return null;
  const match = /^(?:\[([0-9A-Fa-f:.%]{2,64})\]|([0-9A-Za-z.-]{1,253})):([0-9]{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host !== undefined && port <= 65_535) return { host, port };
  const problem = `api.listen must be HOST:PORT, such as "127.0.0.1:7070", or "" for none, not ${JSON.stringify(text.slice(0, 64))}`;
  throw selfballoonError("ERR_CONFIG_INVALID", { file: origin, problem, consequence });
}
