import type { Api } from "../api/route.ts";
import type { FleetSection } from "../config/load.ts";
import { ALL_GUESTS } from "../core/all-guests.ts";
import { selfballoonError } from "../core/errors.ts";
import type { Journal } from "../daemon/journal.ts";
import type { Worker } from "../daemon/worker.ts";
import { FleetMember } from "../fleet/member.ts";
import { realClock } from "../time/clock.ts";
import { VERSION } from "../version.ts";
import { addFault } from "./add-fault.ts";
import { type HostFleetSettings, hostOf } from "./fleet-settings.ts";

/** Have this host tell its fleet how it stands, and take what it sets. @returns how to end that. */
export function joinFleet(
  section: FleetSection,
  worker: Worker,
  api: Api,
  journal: Journal,
  settings: HostFleetSettings,
): () => Promise<void> {
  const { labels } = section;
  const servers = section.servers.join(", ");
  settings.attach(worker);
  const member = new FleetMember({
    address: section,
    identity: { host: hostOf(section), labels, version: VERSION },
    control: worker,
    api,
    budget: () => worker.hostRules?.budget ?? null,
    clock: realClock,
    settings,
    onUnread: (problem) => addFault(journal, selfballoonError("ERR_FLEET_SETTINGS", { servers, problem })),
    onLost: (problem) => addFault(journal, selfballoonError("ERR_FLEET", { servers, problem })),
    onBack: (awayMs, dropped) => {
      const details = { awayS: Math.round(awayMs / 1000), dropped };
      journal.add({ kind: "notice", guest: ALL_GUESTS, notice: { code: "fleet_back", details } });
    },
  });
  member.start();
  return () => member.close();
}
