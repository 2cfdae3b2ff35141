import type { Cancellation } from "../core/backend.ts";
import type { ControlPort } from "../core/control.ts";
import type { HistoryPort, HostPastPort } from "../core/history.ts";
import type { SchemaName } from "./schemas.ts";

/** A request, whatever carried it. */
export interface ApiRequest {
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  /** What follows the path's question mark, decoded; empty or absent if nothing does. */
  readonly query?: URLSearchParams;
  readonly body: string;
  /** True if the caller may write: it reached the socket, or it showed the token. */
  readonly privileged: boolean;
  /** Aborted once the caller has gone without its answer; absent where nobody can tell. */
  readonly gone?: Cancellation;
}

/** What the routes answer from. */
export interface Api {
  readonly control: ControlPort;
  /** The guests' past; null where none is kept. */
  readonly history: HistoryPort | null;
  /** What the guests saved together; null where no host is shared. */
  readonly hostPast: HostPastPort | null;
  /** This program's version. */
  readonly version: string;
  /** The page's address; null where it is not served, or not yet. */
  url(): string | null;
  /** The metrics in Prometheus' text format. */
  metrics(): Promise<string>;
}

/** A whole number that a route takes in its query. Without it the route's own rule holds. */
export interface QueryNumber {
  readonly name: string;
  readonly meaning: string;
  readonly min: number;
  readonly max: number;
}

/** One route, declared once: the server and the OpenAPI document both follow from its row. */
export interface Route {
  readonly method: "GET" | "PATCH" | "POST" | "DELETE";
  /** As OpenAPI writes it; `{guest}` or `{id}` stands for one part of the path. */
  readonly path: string;
  readonly summary: string;
  /** True if it changes something, so that only a privileged caller may ask. */
  readonly writes: boolean;
  /** True if a page shows it: then a fleet's service reads it of its hosts too. */
  readonly isOnPage?: boolean;
  /** What it takes in its query; absent: nothing is looked at. */
  readonly query?: readonly QueryNumber[];
  /** What the body must be; null if it is not looked at. */
  readonly takes: SchemaName | null;
  /** True if it may come without a body. */
  readonly isBodyOptional?: boolean;
  /** What a good answer is; null if it is text. */
  readonly gives: SchemaName | null;
  readonly contentType: string;
  /** Null: the answer has no end, and whoever holds the connection streams it. */
  readonly answer: ((api: Api, request: ApiRequest, parameter: string) => unknown) | null;
}
