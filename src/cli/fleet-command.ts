import { Argument, type Command, Option } from "commander";
import { RESERVATION_TIMES } from "../core/host/reservation.ts";
import { MAX_WATCH_MS, USUAL_WATCH_MS } from "../fleet/rollout-limits.ts";
import { collect } from "./flags.ts";
import { FLEET_ACTIONS, type FleetAction } from "./fleet-actions.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { parseTime } from "./reservations.ts";

const { lifeMs, maxLifeMs, maxWaitMs } = RESERVATION_TIMES;

const HELP = `
status: each host: what it has for its guests, what they have and want, and whether it still answers.
top: the same, live, those that are short first; Enter shows a host's guests, ? the keys.
guests: every guest of every host, the worst off first.
set, unset: tunables for the guests of many hosts, or with --guest limits and tunables of some; each host judges them as its file, and what is said on a host itself beats them.
rollout: carry on what is rolled out and say how it stands, until nothing is under way; \`serve\` does the same as long as it runs.
resume, abort: begin again with a change that was stopped; take it back from the hosts that have it first. With the ID that get names, of that roll-out alone.
get: what is set for whom, how many hosts have taken it, and which refuse what.
reserve: keep memory free on one host of the fleet for a guest to come, and say on which; the hosts that look best are asked first.
advise: hosts that are short beside hosts that are not, and whose move would help most. Nothing is moved.
serve: the same as a page and an API over TCP, until it is ended.
prepare: make what members write into, once for a fleet; it needs the rights of the fleet's administrator.

Examples:
  selfballoon fleet set --all guard_headroom_mb=128
  selfballoon fleet set --where rack=a1 --guest 'db*' min_mb=2048 priority=protected
  selfballoon fleet set --where rack=a1 --first 10% --watch 30m guard_headroom_mb=48
  selfballoon fleet set --host host-3 --dry-run selfballoon_interval=2
  selfballoon fleet unset --where rack=a1`;

/** The command about many hosts; `command` makes one that takes a configuration, and `version` is ours. */
export function addFleet(command: (usage: string, summary: string) => Command, version: string): void {
  command("fleet", "look at all hosts that are members of the same fleet, and set what is for many of them")
    .addArgument(new Argument("<WHAT>").choices(FLEET_ACTIONS))
    .argument(
      "[ARG...]",
      "with reserve: how much, in MiB; with set: NAME=VALUE...; with unset: NAME...; with resume and abort: the ID of the roll-out that is meant",
    )
    .option("--short", "with guests: only those whose memory runs short")
    .option("--for <NAME>", "with reserve: the guest that is to have it; asked again it is told the same")
    .addOption(
      new Option("--label <NAME=VALUE>", "with reserve: only hosts with this label; may be given several times")
        .argParser(collect)
        .default([], "none"),
    )
    .addOption(
      new Option(
        "--wait <TIME>",
        "with reserve: the longest to wait for one host; with set and unset: for hosts to take it",
      )
        .argParser(parseTime(maxWaitMs))
        .default(10_000, "10s"),
    )
    .addOption(
      new Option("--expires <TIME>", "with reserve: how long it is kept")
        .argParser(parseTime(maxLifeMs))
        .default(lifeMs, "5m"),
    )
    .option("--all", "with set, unset, resume and abort: for all hosts")
    .option("--where <NAME=VALUE>", "with set, unset, resume and abort: for the hosts with this label")
    .option("--host <NAME>", "with set, unset, resume and abort: for one host")
    .option("--guest <PATTERN>", "with set and unset: for the guests that the name or glob stands for")
    .option("--first <N>", "with set and unset: so many hosts, or a share such as 10%, have it first")
    .addOption(
      new Option("--watch <TIME>", "with --first: how long those are watched before the others have it")
        .argParser(parseTime(MAX_WATCH_MS))
        .default(USUAL_WATCH_MS, "10m"),
    )
    .option("--dry-run", "with set and unset: say which hosts it would be for, and change nothing")
    .option("--listen <HOST:PORT>", "with serve: where (default: 127.0.0.1:7071)")
    .option("--json", "as JSON")
    .addHelpText("after", HELP)
    .action(async (what: FleetAction, args: readonly string[], options: FleetOptions) =>
      (await import("./fleet.ts")).fleet(what, args, options, version),
    );
}
