import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { BACKEND_KINDS, type BackendKind } from "../backends/registry.ts";
import { DEFAULT_CONFIG_FILE } from "../config/load.ts";
import { selfballoonError } from "../core/errors.ts";
import { describeTerm, TERMS } from "../core/guest-terms.ts";
import { POLICY_NAMES, type Policy } from "../core/policy.ts";
import { addBootOptions } from "./boot-flags.ts";
import type { FilesOptions } from "./files.ts";
import { type BackendOptions, collect, flagsOf, type GuestOption } from "./flags.ts";
import { addFleet } from "./fleet-command.ts";
import { endWithReader } from "./output.ts";
import type { CliPorts, RunPlan, SimulatorNames } from "./ports.ts";
import type { ReplayOptions } from "./replay/replay.ts";
import type { ReportOptions } from "./report.ts";
import { addReservations } from "./reservations-command.ts";
import { SHELLS, type Shell } from "./shells.ts";
import { addSimulations } from "./simulation/commands.ts";
import { addSlices } from "./slices-command.ts";
import { exitCodeOf, refuse } from "./thrown.ts";

/** What every command that meets a machine or a daemon takes. */
interface Common {
  readonly config?: string;
  readonly root?: string;
  readonly json?: boolean;
}

interface RunOptions extends Common {
  readonly backend?: BackendKind;
  readonly qmp?: readonly string[];
  readonly policy?: Policy;
  readonly set: readonly string[];
  readonly dryRun?: boolean;
  readonly once?: boolean;
  readonly real?: boolean;
  readonly fleet?: boolean;
  readonly listen?: string;
  readonly socket?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

const setOption = (): Option =>
  new Option("--set <NAME=VALUE>", "set a tunable; may be given several times").argParser(collect).default([], "none");

const backendOption = (): Option => new Option("--backend <KIND>", "how to reach balloons").choices(BACKEND_KINDS);

const qmpOption = (): Option =>
  new Option("--qmp <SOCKET...>", "QMP sockets of QEMU guests, * and ? for parts of names; implies --backend qemu");

/** Run one command. @returns its exit code. */
export async function runCli(argv: readonly string[], ports: CliPorts): Promise<number> {
  let exitCode = 0;
  const exitWith = (code: number): void => {
    exitCode = code;
  };
  // Their helps say what the simulator knows; for other commands it is not loaded.
  const isSimulation = argv.slice(2, 4).some((word) => word === "simulate" || word === "compare");
  const program = buildProgram(ports, exitWith, isSimulation ? await ports.simulator() : NO_SIMULATOR);
  try {
    await program.parseAsync([...withoutVainHelp(argv, program)]);
    return exitCode;
  } catch (thrown) {
    return exitCodeOf(thrown, argv.includes("--json"));
  }
}

/** Help of a command that there is not says what that command itself says: there is none, and which may have been meant. */
function withoutVainHelp(argv: readonly string[], program: Command): readonly string[] {
  const [node = "", script = "", word, name = "", ...rest] = argv;
  const isVain = word === "help" && /^\w/.test(name) && !program.commands.some((known) => known.name() === name);
  return isVain ? [node, script, name, ...rest] : argv;
}

const NO_SIMULATOR: SimulatorNames = { scenarios: [], policies: [], cpus: [] };

/**
 * The commands, ready to parse; `exitWith` is told the exit code of a command that has its own, and `names` are for the
 * helps of the simulations.
 */
export function buildProgram(ports: CliPorts, exitWith: (code: number) => void, names: SimulatorNames): Command {
  const program = new Command("selfballoon")
    .description("Each VM uses as little RAM as its load needs and hands the rest back.")
    .version(ports.version)
    .exitOverride(refuse("selfballoon"))
    .configureOutput({ writeOut, outputError: () => {} })
    .addHelpText("after", EXAMPLES);
  addRun(program, ports, exitWith);
  addStatus(program);
  addReservations((usage, summary) => command(program, usage, summary));
  addTunables(program);
  addMachine(program, ports);
  addSlices(program, ports);
  addFleet((usage, summary) => command(program, usage, summary), ports.version);
  addRecordings(program, ports);
  addSimulations(program, ports, names);
  addCompletion(program, ports);
  for (const command of program.commands) command.exitOverride(refuse(`selfballoon ${command.name()}`));
  // `run` has memory to give back first and `files` a folder to unmount, and see to it themselves.
  program.hook("preAction", (_, action) => {
    if (!["run", "files"].includes(action.name())) endWithReader();
  });
  return program;
}

/** What help and version are written by: they come before any action. */
function writeOut(text: string): void {
  endWithReader();
  process.stdout.write(text);
}

const EXAMPLES = `
Examples:
  selfballoon doctor                          look at this machine first
  selfballoon run --dry-run                   decide and record, move nothing
  selfballoon run --set selfballoon_interval=10
  selfballoon status                          what each guest has, wants, and why
  selfballoon top                             the same, live
  selfballoon url                             where its page is
  selfballoon set selfballoon_reserved_mb=256
  selfballoon set --guest web1 max_mb=2048    for one guest, kept over restarts
  selfballoon reserve 4096 --for web1         make room for a guest that is about to start
  selfballoon release                         give all memory back

Exit codes: 0 ok, 1 bug or fault, 2 usage, 3 configuration, 4 no usable balloon, 5 permission, 6 already running.`;

function command(program: Command, usage: string, summary: string): Command {
  return program
    .command(usage)
    .description(summary)
    .option("--config <FILE>", `configuration file (default: ${DEFAULT_CONFIG_FILE} if it is there)`)
    .addOption(
      new Option("--root <DIR>", "put DIR before /proc, /sys, /dev and /run: a tree that stands for a machine"),
    );
}

function addRun(program: Command, ports: CliPorts, exitWith: (code: number) => void): void {
  const run = command(program, "run", "watch the guests and move their balloons")
    .addOption(backendOption())
    .addOption(qmpOption())
    .addOption(
      new Option("--policy <NAME>", "how goals are found (default: adaptive on a host, driver in a guest)").choices(
        POLICY_NAMES,
      ),
    )
    .addOption(setOption())
    .option("--dry-run", "decide and record, move nothing")
    .option("--once", "one step of every guest, then exit; targets stay")
    .option("--real", "never simulated guests: end with exit code 4 where there is nothing else")
    .addOption(
      new Option("--fleet", "a fleet of simulated hosts to try out, over a NATS server of its own").conflicts([
        "backend",
        "qmp",
        "once",
        "real",
        "dryRun",
        "socket",
        "quiet",
        "verbose",
        "json",
      ]),
    )
    .option("--listen <HOST:PORT>", "serve the page and the API there; empty for nowhere")
    .option("--socket <PATH>", "the control socket; other commands find it by SELFBALLOON_SOCKET or the configuration")
    .addOption(new Option("--quiet", "log warnings alone").conflicts("verbose"))
    .option("--verbose", "log each target that is moved, not only what is news")
    .option("--json", "decisions and log as JSON lines");
  const bootOptions = addBootOptions(run);
  run.action(async (options: RunOptions) => {
    const { dryRun = false, once = false, real = false, json = false } = options;
    const flags = { ...flagsOf(options), set: options.set };
    if (options.fleet === true) {
      const [boot] = bootOptions();
      if (boot !== undefined)
        throw selfballoonError("ERR_USAGE", { problem: `--fleet takes no boot options, such as --${boot.name}` });
      return exitWith(await ports.runFleet(flags));
    }
    exitWith(await ports.run({ flags, bootOptions: bootOptions(), dryRun, once, real, json, log: logOf(options) }));
  });
}

function logOf({ quiet = false, verbose = false }: RunOptions): RunPlan["log"] {
  if (quiet) return "quiet";
  return verbose ? "all" : "changes";
}

function addStatus(program: Command): void {
  command(program, "status", "show each guest: has, wants, floor, why")
    .option("--json", "as JSON")
    .action(async (options: Common) => (await import("./status.ts")).status(options));
  command(program, "top", "the same, live, and all guests together; plain and once where it is no terminal")
    .addOption(new Option("--interval <SECONDS>", "between two looks").argParser(parseCount).default(1))
    .option("--json", "once, as JSON")
    .action(async (options: Common & { interval: number }) => (await import("./top.ts")).top(options));
}

function addTunables(program: Command): void {
  const guestOption = (): Option => new Option("--guest <GUEST>", "of this guest alone: its limits, and its tunables");
  command(program, "get [NAME...]", "show tunables; one name prints its value alone")
    .addOption(guestOption())
    .option("--json", "as JSON")
    .action(async (names: string[], options: Common & GuestOption) => (await import("./get.ts")).get(names, options));
  command(program, "set <NAME=VALUE...>", "change tunables of the running daemon: all of them or none")
    .addOption(guestOption())
    .option("--json", "what they are now, as JSON")
    .addHelpText("after", GUEST_SETTINGS)
    .action(async (assignments: string[], options: Common & GuestOption) =>
      (await import("./set.ts")).set(assignments, options),
    );
  command(program, "reset [NAME...]", "bring tunables back to their defaults, or a guest's to what is configured")
    .addOption(guestOption())
    .option("--json", "what they are now, as JSON")
    .action(async (names: string[], options: Common & GuestOption) => (await import("./set.ts")).reset(names, options));
}

const GUEST_SETTINGS = `
With --guest they beat the configuration, also over a restart of the daemon, until \`selfballoon reset --guest GUEST\`:
${TERMS.map((row) => `  ${row.name.padEnd(12)}${describeTerm(row)}. ${row.summary}`).join("\n")}
and every tunable.`;

function addMachine(program: Command, ports: CliPorts): void {
  command(program, "doctor", "say what is present, missing and risky on this machine, and what to do")
    .addOption(backendOption())
    .addOption(qmpOption())
    .option("--json", "as JSON")
    .addHelpText("after", DOCTOR_LEVELS)
    .action(async (options: Common & BackendOptions) => (await import("./doctor.ts")).doctor(ports, options));
  command(program, "pause [GUEST...]", "move nothing of these guests, or of any, until they are resumed").action(
    async (guests: string[], options: Common) => (await import("./hold.ts")).pause(guests, options),
  );
  command(program, "resume [GUEST...]", "move these guests again, or all: those that were paused or released").action(
    async (guests: string[], options: Common) => (await import("./hold.ts")).resume(guests, options),
  );
  command(program, "release [GUEST...]", "give these guests, or all, their memory back, and exit")
    .option("--json", "what each was given, as JSON")
    .addHelpText("after", RELEASE_DOES)
    .action(async (guests: string[], options: Common) =>
      (await import("./release.ts")).release(ports, guests, options),
    );
  command(program, "url", "print the address of the page of the daemon that runs")
    .option("--token", "with the token for changes, for whoever may read its file")
    .action(async (options: Common & { token?: boolean }) => (await import("./url.ts")).url(options));
  command(program, "files <MOUNTPOINT>", "serve the tunables as the driver's files there, over FUSE; as root")
    .option("--undo", "remove what is left there of files whose process was killed")
    .action(async (mountpoint: string, options: FilesOptions) =>
      (await import("./files.ts")).files(ports, mountpoint, options),
    );
}

const RELEASE_DOES = `
Where a daemon runs it gives the memory back, as far as the host has it, and the rest follows as soon as it has. Guests that are named are
left alone until \`selfballoon resume GUEST\`, also over a reload; without a name all are, and selfballooning is 0 until \`selfballoon resume\`
or \`selfballoon set selfballooning=1\`. A restart of the daemon balloons them again.
Where none runs, as after kill -9, each balloon is opened from here and given all its memory; that is what the unit does at its end.`;

const DOCTOR_LEVELS = `
ok: as it should be. info: worth knowing. warn: works, but at a risk. fail: does not work.
The exit code is 0 whatever is found; a program takes the levels from --json.`;

function addRecordings(program: Command, ports: CliPorts): void {
  command(program, "record <FILE>", "append observations as JSON lines; - is standard output")
    .addOption(new Option("--count <N>", "end after N observations").argParser(parseCount))
    .addOption(
      new Option("--interval <SECONDS>", "between readings, where no daemon runs").argParser(parseCount).default(5),
    )
    .action(async (file: string, options: Common & { count?: number; interval: number }) =>
      (await import("./record.ts")).record(ports, file, options),
    );
  program
    .command("replay <FILE>")
    .description("run the law over a recording; - streams: a line in, a line out")
    .addOption(setOption())
    .addOption(new Option("--policy <NAME>", "how goals are found").choices(POLICY_NAMES).default("driver"))
    .option("--check", "compare every decision with the recorded one; the first that differs ends with 1")
    .action(async (file: string, options: ReplayOptions) =>
      (await import("./replay/replay.ts")).replay(ports.version, file, options),
    );
  program
    .command("report <FILE...>")
    .description("report what recordings show: what was saved, moves, pressure, the worst moments; - is standard input")
    .option("-o, --output <FILE>", "write the page there (default: to standard output, if that is no terminal)")
    .option("--json", "the figures, as JSON")
    .action(async (files: readonly string[], options: ReportOptions) =>
      (await import("./report.ts")).report(ports.version, files, options),
    );
}

function addCompletion(program: Command, ports: CliPorts): void {
  program
    .command("completion")
    .description("print what a shell needs to complete commands, options and tunables")
    .addArgument(new Argument("<SHELL>").choices(SHELLS))
    .action(async (shell: Shell) => {
      const { completionFor } = await import("./completion.ts");
      process.stdout.write(completionFor(shell, program, await ports.simulator()));
    });
}

function parseCount(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 1 to 999999999.");
}
