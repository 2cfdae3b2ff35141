import { fileURLToPath } from "node:url";
import type { NatsConnection } from "@nats-io/transport-node";
import { parseListen } from "../config/listen.ts";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { askForPage } from "../fleet/ask-host.ts";
import type { FleetView } from "../fleet/fleet-view.ts";
import { reserveOnOne } from "../fleet/reserve.ts";
import { SettingsBoard } from "../fleet/settings-board.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { print } from "./output.ts";

/** Beside the port of a host's own page. */
const DEFAULT_LISTEN = "127.0.0.1:7071";

/** Who may read what is served. */
export interface FleetAccess {
  readonly allowedHosts: readonly string[];
  /** The token of those who may change something. Null: nobody may over TCP. */
  readonly tokenFile: string | null;
  /** True: it is needed to read too. */
  readonly readsNeedToken: boolean;
}

/** Resolves at a signal that ends the process; from now on none ends it otherwise, so that what was started is ended. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}

/** Serve the page and the API and carry on what is rolled out, until `end`. @throws ERR_LISTEN. */
export async function showFleet(
  connection: NatsConnection,
  view: FleetView,
  { listen = DEFAULT_LISTEN, ...access }: Pick<FleetOptions, "listen"> & Partial<FleetAccess>,
  version: string,
  end: Promise<void>,
): Promise<void> {
  const address = parseListen(listen, "--listen", "nothing was served");
  if (address === null) throw selfballoonError("ERR_USAGE", { problem: "--listen must be HOST:PORT" });
  const { serveFleet } = await import("../fleet/service/serve.ts");
  const pageFolder = fileURLToPath(new URL("./web/", import.meta.url));
  const { allowedHosts = [], tokenFile = null, readsNeedToken = false } = access;
  const board = await boardOf(connection);
  const { url, close } = await serveFleet(view, board, {
    ...address,
    version,
    pageFolder,
    allowedHosts,
    tokenFile,
    readsNeedToken,
    reserver: (wish) => reserveOnOne(connection, view, wish),
    pageAsker: askForPage(connection),
    tell: print,
  });
  print(`Fleet: ${url}`);
  await end;
  await close();
}

/** What is set for many; null where the fleet was prepared before there was that. */
async function boardOf(connection: NatsConnection): Promise<SettingsBoard | null> {
  try {
    return await SettingsBoard.follow(connection);
  } catch (thrown) {
    print(
      `What is set for many can't be read: ${problemOf(thrown)}; \`selfballoon fleet prepare\` makes what it lies in.`,
    );
    return null;
  }
}
