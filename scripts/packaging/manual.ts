import { readFileSync } from "node:fs";
import type { Command, Option } from "commander";
import { DEFAULT_CONFIG_FILE } from "../../src/config/load.ts";
import { describeRange, TUNABLES, type TunableRow } from "../../src/core/tunables.ts";
import { program } from "../reference/commands.ts";
import { environment } from "../reference/configuration.ts";
import { EXIT_CODES } from "../reference/errors.ts";
import type { GeneratedFile } from "./file.ts";

const DESCRIPTION = [
  "`selfballoon` makes a virtual machine use as little RAM as its load needs and hands the rest back to its host. It continues " +
    "the Linux driver `xen-selfballoon` in user space: the same control law under the same names, with a guard after it so that " +
    "no guest is made to run out of memory.",
  "`selfballoon run` is the daemon, which the unit `selfballoon.service` starts. The other commands ask it, over its control " +
    "socket, or look at this machine. Without a balloon it looks after compressed swap alone.",
];

const FILES: Readonly<Record<string, string>> = {
  [DEFAULT_CONFIG_FILE]: "The configuration, which need not be there. Its comments explain every key.",
  "/run/selfballoon/selfballoon.sock": "The control socket: HTTP, for root and the service's group (mode 0660).",
  "/run/selfballoon/selfballoon.lock": "Number and start time of the daemon's process: there is one daemon at a time.",
  "/run/selfballoon/token": "The token that writes over TCP must show, made again at each start (mode 0600).",
  "/usr/share/doc/selfballoon": "Guides and reference, a Grafana dashboard and alert rules for Prometheus.",
};

/** What the daemon does at each signal that it heeds. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGHUP: "Read the configuration and the environment again. A bad one changes nothing.",
  SIGTERM: "Give all memory back, and end.",
  SIGINT: "The same.",
};

const EXAMPLES: Readonly<Record<string, string>> = {
  "selfballoon doctor": "Look at this machine first.",
  "selfballoon run --dry-run": "Decide and record, move nothing.",
  "selfballoon status": "What each guest has and wants, and why.",
  "selfballoon set selfballoon_interval=10": "Change a tunable of the running daemon.",
  "selfballoon release": "Give all memory back.",
};

/** packaging/man/selfballoon.8. */
export function manual(): GeneratedFile {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const root = program();
  const lines = [
    '.\\" Generated from the tables in src/ by `npm run docs`. Do not edit.',
    `.TH SELFBALLOON 8 "" "selfballoon ${version}" "System Administration"`,
    ...section("NAME", ["selfballoon \\- give back the memory that a virtual machine does not need"]),
    ...section("SYNOPSIS", [".B selfballoon", ".I COMMAND", "[\\,\\fIOPTIONS\\fR\\/]"]),
    ...section("DESCRIPTION", paragraphs(DESCRIPTION)),
    ...section("COMMANDS", [...paragraphs(["Each takes `--help`."]), ...root.commands.flatMap(commandLines)]),
    ...section("TUNABLES", [
      ...paragraphs([
        "Values are whole decimal numbers; what is out of range is refused and changes nothing. The first nine have the names, " +
          "defaults and write rules of the Linux driver's sysfs files.",
      ]),
      ...TUNABLES.flatMap(tunableLines),
    ]),
    ...section(
      "EXIT STATUS",
      EXIT_CODES.flatMap((meaning, exitCode) => item(String(exitCode), `${sentence(meaning)}`)),
    ),
    ...section(
      "ENVIRONMENT",
      environment().flatMap(([name, meaning]) => item(name, sentence(meaning))),
    ),
    ...section(
      "FILES",
      Object.entries(FILES).flatMap(([path, meaning]) => item(path, meaning)),
    ),
    ...section(
      "SIGNALS",
      Object.entries(SIGNALS).flatMap(([name, meaning]) => item(name, meaning)),
    ),
    ...section(
      "EXAMPLES",
      Object.entries(EXAMPLES).flatMap(([line, meaning]) => item(line, meaning)),
    ),
    ...section("SEE ALSO", [".BR systemctl (1),", ".BR swapon (8),", ".BR proc (5)"]),
  ];
  return { path: "packaging/man/selfballoon.8", text: `${lines.join("\n")}\n` };
}

function section(heading: string, lines: readonly string[]): readonly string[] {
  // A heading begins a paragraph by itself.
  return [`.SH ${heading}`, ...(lines[0] === ".PP" ? lines.slice(1) : lines)];
}

function commandLines(command: Command): readonly string[] {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? name : `[${name}]`;
  });
  return [
    `.SS ${roff([command.name(), ...words].join(" "))}`,
    ...paragraphs([sentence(command.description())]),
    ...command.options.filter(({ hidden }) => !hidden).flatMap(optionLines),
  ];
}

function optionLines(option: Option): readonly string[] {
  const facts = [
    ...(option.argChoices === undefined ? [] : [`one of ${option.argChoices.join(", ")}`]),
    ...(typeof option.defaultValue === "string" || typeof option.defaultValue === "number"
      ? [`default: ${option.defaultValueDescription ?? option.defaultValue}`]
      : []),
  ];
  const more = facts.length === 0 ? "" : ` (${facts.join("; ")})`;
  return item(option.flags, sentence(`${option.description}${more}`));
}

function tunableLines(row: TunableRow): readonly string[] {
  const unit = row.unit === "" ? "" : ` ${row.unit}`;
  const start = row.startRule === "" ? "" : `; ${row.startRule}`;
  const absent = row.needsCompressedSwap ? " Exists only where compressed swap is configured." : "";
  return item(
    row.name,
    `${row.summary} Accepted: ${describeRange(row)}. Default: ${row.default}${unit}${start}.${absent}`,
  );
}

/** A term and what it means. */
function item(term: string, meaning: string): readonly string[] {
  return [".TP", `.B ${roff(term)}`, text(meaning)];
}

function paragraphs(texts: readonly string[]): readonly string[] {
  return texts.flatMap((one) => [".PP", text(one)]);
}

/** Running text; what is between backquotes is set in bold. */
function text(markdown: string): string {
  return roff(markdown).replace(/`([^`]+)`/g, "\\fB$1\\fR");
}

/** Text as groff takes it: dashes that can be copied, and no line that looks like a request. */
function roff(plain: string): string {
  return plain
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/gm, "\\&");
}

/** With a capital at the start, unless a name is there, and one full stop at the end. */
function sentence(phrase: string): string {
  const first = phrase.charAt(0).toUpperCase();
  return `${first}${phrase.slice(1)}${phrase.endsWith(".") ? "" : "."}`;
}
