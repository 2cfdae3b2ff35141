import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../../support/command.ts";
import { Home } from "../../support/home.ts";
import { until } from "../../support/until.ts";

/** A real daemon with simulated guests, and where its page is. */
export interface PageDaemon {
  readonly home: Home;
  readonly command: Command;
  /** With the token, as `run` prints it. */
  readonly url: string;
}

/** Start the built daemon with the page on `port`, or any free one; all its guests have had a step. */
export async function startDaemon(home = new Home(), port = "0"): Promise<PageDaemon> {
  home.env["SELFBALLOON_LISTEN"] = `127.0.0.1:${port}`;
  const command = await home.daemon("--backend", "simulated", "--set", "selfballoon_interval=1");
  const [, url = ""] = await command.says("stdout", /^Dashboard: (\S+)$/m);
  // What a page shows before that changes under a test's hands.
  await until("all guests to have had a step", async () => {
    const { body } = await home.ask("GET", "/v1/guests");
    const { guests } = body as { readonly guests: readonly { readonly decision: unknown }[] };
    return guests.length > 0 && guests.every(({ decision }) => decision !== null);
  });
  return { home, command, url };
}

/** A daemon whose simulated guests share a host of 30000 MiB; `more` ends its configuration. */
export async function sharedHost(more = ""): Promise<PageDaemon> {
  const home = new Home();
  const config = join(home.folder, "selfballoon.toml");
  writeFileSync(config, `[host]\nmemory_mb = 30000\n${more}`);
  home.env["SELFBALLOON_CONFIG"] = config;
  return startDaemon(home);
}

/** The same address without the token. */
export function withoutToken(url: string): string {
  return url.replace(/#.*/, "");
}
