import { hostname } from "node:os";
import type { FleetSection } from "../config/load.ts";
import { selfballoonError } from "../core/errors.ts";
import type { HostBudget } from "../core/host/budget.ts";
import type { Journal } from "../daemon/journal.ts";
import type { Worker } from "../daemon/worker.ts";
import { FleetMember } from "../fleet/member.ts";
import { hostNameFrom } from "../fleet/names.ts";
import { realClock } from "../time/clock.ts";
import { VERSION } from "../version.ts";

/** Have this host tell its fleet how it stands. @returns how to end that. */
export function joinFleet(
  section: FleetSection,
  worker: Worker,
  journal: Journal,
  budget: () => HostBudget | null,
): () => Promise<void> {
  const { name, labels, servers } = section;
  const member = new FleetMember({
    address: section,
    identity: { host: name ?? hostNameFrom(hostname()), labels, version: VERSION },
    control: worker,
    budget,
    clock: realClock,
    onLost: (problem) => {
      const { code, details, message } = selfballoonError("ERR_FLEET", { servers: servers.join(", "), problem });
      // It changes nothing that is remembered of guests.
      const unturned = { isRepeated: false, turn: null, nowMs: null };
      journal.add({ kind: "fault", guest: "*", code, details, problem: message, ...unturned });
    },
    onBack: (awayMs, dropped) => {
      const details = { awayS: Math.round(awayMs / 1000), dropped };
      journal.add({ kind: "notice", guest: "*", notice: { code: "fleet_back", details } });
    },
  });
  member.start();
  return () => member.close();
}
