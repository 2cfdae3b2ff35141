import { dashboardFile, variable } from "./dashboard-file.ts";
import type { GeneratedFile } from "./file.ts";
import { graph, layOut, type PanelSpec, row, stat } from "./panels.ts";

/** Which hosts are looked at. */
const HOST = 'host=~"$host"';

const of = (name: string): string => `selfballoon_fleet_${name}{${HOST}}`;
const total = (name: string): string => `sum(${of(name)})`;
const byHost = (name: string): readonly (readonly [string, string])[] => [[of(name), "{{host}}"]];

const FLEET: readonly PanelSpec[] = [
  stat("Hosts", "Hosts that have told how they stand.", "none", [`count(${of("guests")})`]),
  stat("Stale", "Hosts that have not renewed that in time.", "none", [total("stale")]),
  stat("Guests", "Guests of all hosts.", "none", [total("guests")]),
  stat("Saved", "RAM that the guests may have and do not.", "bytes", [
    `${total("maximum_bytes")} - ${total("current_bytes")}`,
  ]),
  stat("Short, held", "Guests that run short, and that do not get what their load asks for.", "none", [
    total("short_guests"),
    total("held_guests"),
  ]),
  stat("Running out", "Hosts that are about to run out of memory.", "none", [total("emergency")]),
  stat("Unreadable", "Guests that can't be read or moved.", "none", [total("unreadable_guests")]),
  graph(
    "All hosts together",
    "What they have for their guests, and what these could have, have, want and could use.",
    "bytes",
    [
      [total("budget_bytes"), "budget"],
      [total("maximum_bytes"), "may have"],
      [total("current_bytes"), "have"],
      [total("wanted_bytes"), "want"],
      [total("available_bytes"), "available"],
    ],
  ),
];

const HOSTS: readonly PanelSpec[] = [
  graph("Short guests", "Guests whose memory runs short, by host.", "none", byHost("short_guests"), {
    isStacked: true,
  }),
  graph("Held guests", "Guests that do not get what their load asks for, by host.", "none", byHost("held_guests"), {
    isStacked: true,
  }),
  graph(
    "Wanted of the budget",
    "What a host's guests want over what it has for them; above 1 it is too little.",
    "none",
    [[`${of("wanted_bytes")} / ${of("budget_bytes")}`, "{{host}}"]],
  ),
  graph("Need", "How much a host needs memory of its guests, from 0 to 1.", "none", byHost("need_ratio")),
  graph("RAM by host", "What each host's guests have.", "bytes", byHost("current_bytes"), { isStacked: true }),
  graph("Dropped records", "Records that hosts dropped because NATS was away.", "none", [
    [`increase(${of("dropped_records")}[$__rate_interval])`, "{{host}}"],
  ]),
];

/** packaging/grafana/selfballoon-fleet.json: all hosts of a fleet on one page. */
export function fleetDashboard(): GeneratedFile {
  return dashboardFile({
    uid: "selfballoon-fleet",
    title: "selfballoon fleet",
    description: "How the hosts of a fleet stand.",
    variables: [variable("host", "Host", "host", "selfballoon_fleet_stale")],
    panels: layOut([row("Fleet"), ...FLEET, row("Hosts"), ...HOSTS]),
  });
}
