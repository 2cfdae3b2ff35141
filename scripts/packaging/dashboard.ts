import { HOST_METRICS } from "../../src/api/host-metrics.ts";
import { COUNTS, FIGURES } from "../../src/api/metrics.ts";
import { SAFETIES } from "../../src/core/guard/safeties.ts";
import { dashboardFile, variable } from "./dashboard-file.ts";
import type { GeneratedFile } from "./file.ts";
import { graph, layOut, type PanelSpec, row, stat, tableOf } from "./panels.ts";

/** Which daemons and which guests are looked at. */
const DAEMON = 'instance=~"$daemon"';
const GUEST = `${DAEMON}, guest=~"$guest"`;

const SWAP = "compressed_swap_bytes";
const figures = FIGURES.filter(({ name }) => name !== SWAP);
const swapFigure = FIGURES.filter(({ name }) => name === SWAP);

const total = (name: string, which = DAEMON): string => `sum(selfballoon_${name}{${which}})`;

const HOST: readonly PanelSpec[] = [
  stat("Guests", "Guests that are looked after.", "none", [`count(selfballoon_guest_readable{${DAEMON}})`]),
  stat("Given out", "RAM that the guests have.", "bytes", [total("current_bytes")]),
  stat("May have", "The most that the guests may have together.", "bytes", [total("maximum_bytes")]),
  stat("Saved", "RAM that the guests may have and do not.", "bytes", [
    `${total("maximum_bytes")} - ${total("current_bytes")}`,
  ]),
  stat("Not readable", "Guests that could not be read or moved the last time.", "none", [
    `count(selfballoon_guest_readable{${DAEMON}} == 0) or vector(0)`,
  ]),
  stat("Paused, released", "Guests that an operator has paused, and released.", "none", [
    `sum(selfballoon_guest_paused{${DAEMON}})`,
    `sum(selfballoon_guest_released{${DAEMON}})`,
  ]),
  graph("All guests together", "What they have, want and may have.", "bytes", [
    [total("maximum_bytes"), "may have"],
    [total("current_bytes"), "have"],
    [total("goal_bytes"), "goals"],
    [total("committed_bytes"), "committed"],
  ]),
  graph(
    "Budget of the host",
    "What all guests may have together, and what of it they have, were promised, and is free; nothing where no host is shared.",
    "bytes",
    HOST_METRICS.filter(({ name }) => name.endsWith("_bytes")).map(({ name }) => [
      `selfballoon_host_${name}{${DAEMON}}`,
      word(name),
    ]),
  ),
  graph(
    "Over-commit and the host's need",
    "What the guests could have together over what all of them may have, and the most that it should be.",
    "none",
    HOST_METRICS.filter(({ name }) => name.endsWith("_ratio")).map(({ name }) => [
      `selfballoon_host_${name}{${DAEMON}}`,
      name.replace("_ratio", "").replaceAll("_", " "),
    ]),
  ),
  graph("RAM by guest", "What each guest has.", "bytes", [[`selfballoon_current_bytes{${GUEST}}`, "{{guest}}"]], {
    isStacked: true,
  }),
];

const GUESTS: readonly PanelSpec[] = [
  graph(
    "$guest",
    figures.map(({ name, help }) => `${word(name)}: ${help}`).join("\n"),
    "bytes",
    figures.map(({ name }) => [`selfballoon_${name}{${GUEST}}`, word(name)] as const),
    { isRepeated: true },
  ),
  graph(
    "Why",
    "Steps in a minute, by the reason of their target.",
    "none",
    [[`sum by (reason) (rate(selfballoon_steps_total{${GUEST}}[$__rate_interval])) * 60`, "{{reason}}"]],
    { isStacked: true },
  ),
  tableOf("Tunables in force", "Which values the guests are judged by.", `selfballoon_tunable{${GUEST}}`, {
    rows: "guest",
    columns: "name",
  }),
];

const GUARD: readonly PanelSpec[] = [
  graph(
    "The guard at work",
    Object.entries(SAFETIES)
      .map(([name, { sentence }]) => `${name}: ${sentence}`)
      .join("\n"),
    "none",
    [
      [
        `sum by (guest, reason) (increase(selfballoon_steps_total{${GUEST}, reason=~"${Object.keys(SAFETIES).join("|")}"}[$__rate_interval]))`,
        "{{guest}} {{reason}}",
      ],
    ],
    { isStacked: true },
  ),
  ...COUNTS.map(({ name, help }) =>
    graph(word(name), `${help} A second.`, "none", [
      [`rate(selfballoon_${name}{${GUEST}}[$__rate_interval])`, "{{guest}}"],
    ]),
  ),
  graph("Time of a step", "From the first reading to the balloon's answer.", "s", [
    ...[0.5, 0.99].map(
      (share) =>
        [
          `histogram_quantile(${share}, sum by (le) (rate(selfballoon_step_duration_seconds_bucket{${DAEMON}}[$__rate_interval])))`,
          `${share * 100} % of the steps are faster`,
        ] as const,
    ),
  ]),
];

const SWAP_PANELS: readonly PanelSpec[] = swapFigure.flatMap(({ name, help }) => [
  graph("Compressed swap", help, "bytes", [[`selfballoon_${name}{${GUEST}}`, "{{guest}}"]], { isStacked: true }),
  graph("Available beside it", "What the guests can use without swapping.", "bytes", [
    [`selfballoon_available_bytes{${GUEST}}`, "{{guest}}"],
  ]),
]);

/** packaging/grafana/selfballoon.json: host, guests, guard and swap on one page. */
export function dashboard(): GeneratedFile {
  const panels = layOut([
    row("Host"),
    ...HOST,
    row("Guests"),
    ...GUESTS,
    row("Guard"),
    ...GUARD,
    row("Swap"),
    ...SWAP_PANELS,
  ]);
  return dashboardFile({
    uid: "selfballoon",
    title: "selfballoon",
    description: "What each guest has, wants and gets, and why.",
    variables: [variable("daemon", "Daemon", "instance", "selfballoon_build_info"), guestVariable()],
    panels,
  });
}

function guestVariable(): object {
  return variable("guest", "Guest", "guest", `selfballoon_guest_readable{${DAEMON}}`);
}

/** A metric's name as words: `oom_kills_total` is `oom kills`. */
function word(name: string): string {
  return name.replace(/_(bytes|seconds_total|total)$/, "").replaceAll("_", " ");
}
