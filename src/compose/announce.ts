import { mibText, print } from "../cli/output.ts";
import type { Config } from "../config/load.ts";
import type { OpenBackend } from "../core/backend.ts";
import { type HostReading, sightOf } from "../core/host/host-reading.ts";
import { type Need, needOf } from "../core/host/need.ts";
import { TAKES } from "../core/host/pressure.ts";
import type { HostRules } from "../core/host/rules.ts";
import type { StepRecord } from "../core/journal-record.ts";
import type { Policy } from "../core/policy.ts";
import { shownGuest } from "../core/shown-text.ts";
import { bytesText } from "../view/amounts.ts";
import { needText } from "../view/host-budget.ts";
import { reasonText } from "../view/reason-text.ts";
import { type Choice, isRealHost } from "./backends.ts";
import type { Dashboard } from "./dashboard.ts";

/** How long finding the guests may take before nothing is said of them. */
const FIND_DEADLINE_MS = 3000;

/** What the daemon does, in one sentence. */
export function describe({ backend, found }: Choice, policy: Policy, dryRun: boolean): string {
  if (dryRun) return `watching ${found}; a dry run moves nothing`;
  if (!backend.traits.hasBalloons) return `bringing swapped pages back from ${found}`;
  return `selfballooning ${found}${policy === "driver" ? "" : ` (policy ${policy})`}`;
}

/** The first lines of `run`. */
export function announce(
  { backend, found, passedOver }: Choice,
  dashboard: Dashboard,
  { socket, history, readsNeedToken }: Config,
  dryRun: boolean,
  historyDirectory: string | null,
  hostLines: readonly string[],
): void {
  const dry = dryRun ? " This is a dry run: it decides and records, and moves nothing." : "";
  if (!backend.traits.isReal) {
    const looked = passedOver.length === 0 ? "" : `No balloon was found on this machine (${passedOver.join("; ")}). `;
    print(
      `${looked}Running ${found}: the law is real, the guests are not, and nothing of this machine is moved.${dry}`,
    );
  } else {
    print(`Found ${found}.${dry}`);
  }
  if (dashboard.url !== null) print(`Dashboard: ${dashboard.url}`);
  if (dashboard.problem !== null) print(dashboard.problem);
  if (dashboard.tokenFile !== null)
    print(`The token for ${readsNeedToken ? "all" : "changes"} over TCP is in ${dashboard.tokenFile}.`);
  print(`Control socket: ${socket}. Ask it with \`selfballoon status\`, end with Ctrl-C.`);
  if (historyDirectory !== null) print(`History: ${historyDirectory}, at most ${history.maxMb} MiB.`);
  hostLines.forEach(print);
  if (dashboard.isOpen) print(OPEN_READS);
  if (dashboard.url !== null)
    print(`Open ${dashboard.url} in a browser: it shows who is short, what each guest has and why, and what is saved.`);
}

/** What is said at the start of a host that its guests share, a sentence or two each; nothing in a guest. */
export async function linesOfHost(
  { backend }: Pick<Choice, "backend">,
  opened: Pick<OpenBackend, "guests">,
  rules: HostRules | null,
  config: Pick<Config, "guests">,
  readHost: (() => HostReading) | null,
): Promise<readonly string[]> {
  if (rules === null) return [];
  const managed = isRealHost(backend) ? await managedGuestsText(opened, rules, config) : null;
  const budget = budgetLine(rules, readHost === null ? null : needOf(sightOf(null, readHost(), 0), false));
  return managed === null ? [budget] : [budget, managed];
}

/** What a host's guests may have together, when it takes memory of them, and how much it needs that now. */
function budgetLine({ budget, overcommit, take = "always" }: HostRules, need: Need | null): string {
  const limit = overcommit === undefined ? "" : ` What they could have should be at most ${overcommit} times that.`;
  const { memoryBytes, reserveBytes } = budget;
  const needs = need === null ? "" : ` Now ${needText(need)}.`;
  return `Budget: ${bytesText(memoryBytes)} for all guests, ${bytesText(reserveBytes)} of it kept for emergencies.${limit} ${TAKES[take]}${needs}`;
}

const OPEN_READS =
  "Warning: whoever reaches this address over the network can read all that the page shows; changes need the token. `reads_need_token = true` below [api] asks for it for reads too.";

/** A step of `run --once`. */
export function onceText({ decision, observation, applied }: StepRecord): string {
  const mib = (pages: number | null): string => mibText(pages, observation.pageBytes);
  const done = applied ? "the target was handed to the balloon" : "nothing was moved";
  return (
    `${shownGuest(decision.guest)}: has ${mib(observation.totalramPages)}, target ${mib(decision.targetPages)}, ` +
    `goal ${mib(decision.goalPages)}, floor ${mib(decision.floorPages)}. ${reasonText(decision, observation)} (${done})`
  );
}

/** Which of a host's guests are ours to move, as a sentence; null where all are, or none was found yet. */
async function managedGuestsText(
  backend: Pick<OpenBackend, "guests">,
  { terms }: Pick<HostRules, "terms">,
  { guests: sections }: Pick<Config, "guests">,
): Promise<string | null> {
  // What is wrong with them is told of each, once the daemon looks at them.
  const guests = await backend.guests(AbortSignal.timeout(FIND_DEADLINE_MS)).catch(() => []);
  if (guests.length === 0) return null;
  const managed = guests.filter((guest) => terms(guest).isManaged).length;
  if (managed === guests.length) return sections.length === 0 ? ALL_BUT_NONE_NAMED : null;
  const which = `${managed} of ${guests.length} guests ${managed === 1 ? "is" : "are"} managed (see [guests])`;
  return managed === 0
    ? `${which}: they are only shown, and nothing is moved.`
    : `${which}: the others are only shown.`;
}

const ALL_BUT_NONE_NAMED = "The configuration names no guest: shown as if all were named.";
