import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostView } from "../../src/fleet/fleet-view.ts";
import { Home } from "./home.ts";

/** Tables of a member's configuration: a host of three simulated guests. */
const HOST = "[simulated]\nguests = 3\n";

/** A home of a fleet's member; `more` goes into its section of the fleet, `tables` after it. */
export function member(name: string, servers: string | readonly string[], more = "", tables = HOST): Home {
  const home = new Home();
  home.env["SELFBALLOON_CONFIG"] = join(home.folder, "fleet.toml");
  writeFileSync(
    home.env["SELFBALLOON_CONFIG"],
    `[fleet]\nservers = ${JSON.stringify([servers].flat())}\nname = "${name}"\n${more}\n${tables}`,
  );
  return home;
}

/** The fleet's hosts as a command shows them. */
export async function hostsSeenBy(home: Home): Promise<readonly HostView[]> {
  return (JSON.parse(await home.succeed("fleet", "status", "--json")) as { hosts: readonly HostView[] }).hosts;
}
