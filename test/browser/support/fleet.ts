import { dirname, join } from "node:path";
import { inject, onTestFinished } from "vitest";
import type { FleetView } from "../../../src/fleet/fleet-view.ts";
import { serveFleet } from "../../../src/fleet/service/serve.ts";

/** The built page, served for hosts that a test puts into the view; closed when the test ends. @returns its address. */
export async function serveView(view: FleetView, tokenFile: string | null = null): Promise<string> {
  const pageFolder = join(dirname(inject("command")), "web");
  const { url, close } = await serveFleet(view, null, {
    host: "127.0.0.1",
    port: 0,
    version: "1.2.3",
    pageFolder,
    tokenFile,
    readsNeedToken: tokenFile !== null,
    tell: () => {},
  });
  onTestFinished(close);
  return url;
}
