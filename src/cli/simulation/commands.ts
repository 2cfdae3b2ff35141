import { type Command, Option } from "commander";
import type { CompareOptions } from "../compare.ts";
import { tableLines } from "../output.ts";
import type { CliPorts, Described, SimulatorNames } from "../ports.ts";
import type { SimulateOptions } from "../simulate.ts";
import { wholeNumber } from "../whole-number.ts";

/** A week. */
const MAX_MINUTES = 10_080;
const MAX_HOST_MB = 1_073_741_824;
const MAX_GUEST_MB = 16_777_216;
const MAX_SEED = 4_294_967_295;

/** Add `simulate` and `compare`; their helps list `names`. */
export function addSimulations(program: Command, ports: CliPorts, names: SimulatorNames): void {
  const lists = listsOf(names);
  withTerms(program.command("simulate [SCENARIO]"), names)
    .description("run one policy on simulated guests; without a scenario all of them on one host")
    .option("--policy <POLICY>", "how balloons are moved", "guarded")
    .addHelpText("after", lists)
    .option("--trace <FILE>", "a demand trace as the scenario: time_s,anon_mib,cache_mib[,committed_mib]")
    .addOption(
      new Option(
        "--memory-mb <MIB>",
        "memory of the trace's guest (default: a quarter above the trace's most)",
      ).argParser(wholeNumber(128, MAX_GUEST_MB)),
    )
    .addOption(
      new Option("--hot-percent <N>", "how much of the trace's cache is read again and again; the rest once")
        .argParser(wholeNumber(0, 100))
        .default(100),
    )
    .action(async (scenario: string | undefined, options: SimulateOptions) =>
      (await import("../simulate.ts")).simulate(ports, scenario, options),
    );
  withTerms(program.command("compare [SCENARIO...]"), names)
    .description("run policies side by side on the same simulated guests; without a scenario on each")
    .addOption(new Option("--policies <POLICIES>", "policies with commas between (default: all)").argParser(parseNames))
    .addHelpText("after", lists)
    .option("--html <FILE>", "write a report with plots, too")
    .action(async (scenarios: readonly string[], options: CompareOptions) =>
      (await import("../compare.ts")).compare(ports, scenarios, options),
    );
}

function listsOf({ scenarios, policies }: SimulatorNames): string {
  const list = (rows: readonly Described[]): readonly string[] =>
    tableLines(rows.map(({ name, summary }) => [`  ${name}`, summary]));
  return ["", "Scenarios:", ...list(scenarios), "", "Policies:", ...list(policies), "", RUN_POLICIES].join("\n");
}

const RUN_POLICIES =
  "Here driver is the law alone, as Linux had it. `run --policy driver`, the default in a guest, also has the guard: here\n" +
  "that is guarded. The default on a host is adaptive.";

function withTerms(command: Command, { cpus }: SimulatorNames): Command {
  return command
    .addOption(
      new Option("--seed <N>", "the same seed gives the same run").argParser(wholeNumber(0, MAX_SEED)).default(1),
    )
    .addOption(
      new Option("--minutes <N>", "how long on the virtual clock").argParser(wholeNumber(1, MAX_MINUTES)).default(60),
    )
    .addOption(
      new Option("--host-mb <MIB>", "memory that all guests share (default: as the scenario says)").argParser(
        wholeNumber(64, MAX_HOST_MB),
      ),
    )
    .addOption(new Option("--cpu <SPEED>", "how fast processors are (default: as the scenario says)").choices(cpus))
    .option("--no-swap", "guests without swap")
    .option("--json", "as JSON");
}

function parseNames(text: string): readonly string[] {
  return text.split(",").map((name) => name.trim());
}
