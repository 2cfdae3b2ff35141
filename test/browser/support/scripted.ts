import { dirname, join } from "node:path";
import { inject, onTestFinished } from "vitest";
import { createApi } from "../../../src/api/api.ts";
import { serveTcp, type TcpServer } from "../../../src/api/tcp.ts";
import type { ScriptedControl } from "../../support/control.ts";
import { temporaryFolder } from "../../support/trees.ts";

/** The built page, served for guests that a test puts there; closed when the test ends. */
export async function serveScripted(control: ScriptedControl): Promise<TcpServer> {
  const server = await serveTcp(createApi(control, "1.2.3"), {
    host: "127.0.0.1",
    port: 0,
    tokenFile: null,
    runtimeTokenFile: join(temporaryFolder(), "token"),
    pageFolder: join(dirname(inject("command")), "web"),
  });
  onTestFinished(() => server.close());
  return server;
}
