import type { Command } from "commander";
import { Option } from "commander";
import { RESERVATION_TIMES } from "../core/host/reservation.ts";
import type { DaemonOptions } from "./flags.ts";
import { parseMib, parseTime, type ReserveOptions } from "./reservations.ts";

const { waitMs, maxWaitMs, lifeMs, maxLifeMs } = RESERVATION_TIMES;

const EXAMPLES = `
Examples:
  selfballoon reserve 4096 --for web1             before web1 is started with 4 GiB
  selfballoon reserve 2048 --wait 5s --json
  selfballoon release-reservation --for web1      it will not be started after all

Where the command ends before the memory is free, as by Ctrl-C, it is withdrawn.
It ends when a guest of that name is there and has taken it, when it is withdrawn, or when its time is over.
Exit codes: 0 the memory is free; 1 not enough could be had: nothing was taken, and it is said which guests keep what and why;
2 usage, or no host that is shared; 4 no daemon; 5 permission.`;

/** The commands about memory that is kept for guests to come; `command` makes one that meets a daemon. */
export function addReservations(command: (usage: string, summary: string) => Command): void {
  command("reserve", "keep memory of the host free for a guest to come, and return once it is free")
    .argument("<MIB>", "how much, in MiB", parseMib)
    .option("--for <NAME>", "the guest that is to have it; its earlier reservation is replaced")
    .addOption(
      new Option("--wait <TIME>", "the longest to wait").argParser(parseTime(maxWaitMs)).default(waitMs, "30s"),
    )
    .addOption(
      new Option("--expires <TIME>", "how long it is kept").argParser(parseTime(maxLifeMs)).default(lifeMs, "5m"),
    )
    .option("--keep", "keep it where this command ends before it is free, as by Ctrl-C")
    .option("--json", "as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (mib: number, options: ReserveOptions) => (await import("./reservations.ts")).reserve(mib, options));
  command("release-reservation [ID]", "withdraw a reservation")
    .option("--for <NAME>", "the one for this guest; none is no fault")
    .option("--json", "as JSON")
    .action(async (id: string | undefined, options: DaemonOptions & { json?: boolean; for?: string }) =>
      (await import("./reservations.ts")).releaseReservation(id, options),
    );
  command("reservations", "show what is kept free, and for whom")
    .option("--json", "as JSON")
    .action(async (options: DaemonOptions & { json?: boolean }) =>
      (await import("./reservations.ts")).reservations(options),
    );
}
