import { dirname, join } from "node:path";
import { inject, onTestFinished } from "vitest";
import type { FleetView } from "../../../src/fleet/fleet-view.ts";
import type { PageAsker } from "../../../src/fleet/service/host-pages.ts";
import { serveFleet } from "../../../src/fleet/service/serve.ts";
import type { SettingsBoard } from "../../../src/fleet/settings-board.ts";

interface Settings {
  /** What is set for many; without it that can't be read. */
  readonly board?: Pick<SettingsBoard, "list" | "edit"> | null;
  readonly readsNeedToken?: boolean;
  /** Asks hosts for their pages; without it that is not offered. */
  readonly pageAsker?: PageAsker;
}

/** The built page, served for hosts that a test puts into the view; closed when the test ends. @returns its address. */
export async function serveView(
  view: FleetView,
  tokenFile: string | null = null,
  { board = null, readsNeedToken = tokenFile !== null, ...more }: Settings = {},
): Promise<string> {
  const pageFolder = join(dirname(inject("command")), "web");
  const { url, close } = await serveFleet(view, board, {
    host: "127.0.0.1",
    port: 0,
    version: "1.2.3",
    pageFolder,
    tokenFile,
    readsNeedToken,
    tell: () => {},
    ...more,
  });
  onTestFinished(close);
  return url;
}
