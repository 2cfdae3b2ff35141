import type { QueryNumber } from "../../api/route.ts";
import type { FleetView } from "../fleet-view.ts";
import type { SettingsBoard } from "../settings-board.ts";
import type { HostPages } from "./host-pages.ts";
import type { FleetReservations } from "./reservations.ts";
import type { FleetSchemaName, HostSchemaName } from "./schemas.ts";
import type { FleetSettings } from "./settings.ts";

/** What an answer is made of. */
export interface FleetRequest {
  readonly view: FleetView;
  /** What is set for many; null where it can't be read. */
  readonly board: Pick<SettingsBoard, "list"> | null;
  /** Finds room; null where that is not offered. */
  readonly reservations: Pick<FleetReservations, "reserve"> | null;
  /** Changes what is set for many; null where nothing can be changed. */
  readonly settings: Pick<FleetSettings, "change" | "resume" | "abort"> | null;
  /** Asks hosts for what their pages show; null where that is not offered. */
  readonly pages: Pick<HostPages, "read"> | null;
  readonly version: string;
  readonly body: string;
  readonly query: URLSearchParams;
  /** The part of the path that `{host}` stands for; empty if there is none. */
  readonly host: string;
  /** What follows it, as a path of the host's own API; empty if nothing does. */
  readonly below: string;
}

/** One route of the fleet's service. A POST changes something, and needs the token. */
export interface FleetRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly summary: string;
  readonly contentType: string;
  /** What the same answer is to whoever accepts that type; absent: the same to all. */
  readonly otherContentType?: string;
  /** What it takes in its query, by name; absent: nothing is looked at. */
  readonly query?: "guests" | readonly QueryNumber[];
  /** What the body must be; null if it is not looked at. */
  readonly takes: FleetSchemaName | null;
  /** What a good answer is; null if it is text. */
  readonly gives: FleetSchemaName | HostSchemaName | null;
  /** Text, or an object that is sent as JSON, or a promise of it. */
  readonly answer: (request: FleetRequest) => unknown;
}
