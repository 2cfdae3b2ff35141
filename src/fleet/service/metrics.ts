import { BYTES_PER_MIB } from "../../core/units.ts";
import type { FleetView } from "../fleet-view.ts";
import type { HostState } from "../wire.ts";

/** A metric of each host: its name after `selfballoon_fleet_`, what it means, and its value; null where it is not known. */
const HOST_METRICS: readonly (readonly [string, string, (state: HostState) => number | null])[] = [
  ["budget_bytes", "What the host has for its guests.", ({ budgetMb }) => bytes(budgetMb)],
  ["current_bytes", "What the host's guests have.", ({ currentMb }) => bytes(currentMb)],
  ["wanted_bytes", "What the host's guests want.", ({ wantedMb }) => bytes(wantedMb)],
  ["maximum_bytes", "What the host's guests could have at the most.", ({ maximumMb }) => bytes(maximumMb)],
  [
    "available_bytes",
    "What the host's guests have and could use without swapping.",
    ({ availableMb }) => bytes(availableMb),
  ],
  ["guests", "Guests of the host.", ({ guests }) => guests],
  ["short_guests", "Guests of the host whose memory runs short.", ({ short }) => short],
  ["held_guests", "Guests of the host that do not get what their load asks for.", ({ held }) => held],
  ["unreadable_guests", "Guests of the host that can't be read.", ({ unreadable }) => unreadable],
  ["need_ratio", "How much the host needs memory of its guests, from 0 to 1.", ({ health }) => health?.need ?? null],
  [
    "emergency",
    "1 if the host is about to run out of memory.",
    ({ health }) => (health === undefined ? null : Number(health.isEmergency)),
  ],
  ["dropped_records", "Records that the host dropped because NATS was away.", ({ dropped }) => dropped],
];

/** The fleet in Prometheus' text format, which with its last line is OpenMetrics as well. Hosts' names need no escaping: they are words. */
export function fleetMetrics(view: FleetView): string {
  const hosts = view.list();
  const lines = [
    ...heading("stale", "1 if the host has not renewed its state in time."),
    ...hosts.map(({ host, isStale }) => `selfballoon_fleet_stale{host="${host}"} ${Number(isStale)}`),
  ];
  for (const [name, help, of] of HOST_METRICS) {
    lines.push(...heading(name, help));
    for (const { host, state } of hosts) {
      const value = state === null ? null : of(state);
      if (value !== null) lines.push(`selfballoon_fleet_${name}{host="${host}"} ${value}`);
    }
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

function heading(name: string, help: string): readonly string[] {
  return [`# HELP selfballoon_fleet_${name} ${help}`, `# TYPE selfballoon_fleet_${name} gauge`];
}

function bytes(mib: number | null): number | null {
  return mib === null ? null : mib * BYTES_PER_MIB;
}
