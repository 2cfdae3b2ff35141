import type { Described } from "../ports.ts";
import type { CompletedCommand, CompletedOption, CompletedProgram, Values } from "./model.ts";

/** The completion for fish. */
export function fishCompletion({ commands, options }: CompletedProgram): string {
  const first = "__fish_use_subcommand";
  return [
    "# fish completion for selfballoon, made from its commands by `selfballoon completion fish`.",
    "complete -c selfballoon -f",
    ...options.map((option) => optionLine(first, option)),
    ...commands.map((command) => wordLine(first, command)),
    ...commands.flatMap(commandLines),
    "",
  ].join("\n");
}

function commandLines(command: CompletedCommand): readonly string[] {
  const condition = `__fish_seen_subcommand_from ${command.name}`;
  return [
    ...command.options.map((option) => optionLine(condition, option)),
    ...(command.arguments === null ? [] : argumentLines(condition, command.arguments)),
  ];
}

function argumentLines(condition: string, values: Values): readonly string[] {
  switch (values.kind) {
    case "words":
      return values.words.map((word) => wordLine(condition, word));
    case "assignments":
      return values.words.map(({ name, summary }) => wordLine(condition, { name: `${name}=`, summary }));
    case "files":
      return [line(condition, "-F")];
    case "folders":
      return [line(condition, "-a '(__fish_complete_directories)'")];
    case "free":
      return [];
  }
}

function optionLine(condition: string, { flag, summary, values }: CompletedOption): string {
  return line(condition, `-l ${flag.replace(/^-+/, "")}${valueFlags(values)} -d ${quoted(summary)}`);
}

function valueFlags(values: Values | null): string {
  switch (values?.kind) {
    case undefined:
      return "";
    case "words":
      return ` -x -a ${quoted(values.words.map(({ name }) => name).join(" "))}`;
    case "assignments":
      return ` -x -a ${quoted(values.words.map(({ name }) => `${name}=`).join(" "))}`;
    case "files":
      return " -r -F";
    case "folders":
      return " -x -a '(__fish_complete_directories)'";
    case "free":
      return " -x";
  }
}

function wordLine(condition: string, { name, summary }: Described): string {
  return line(condition, `-a ${quoted(name)} -d ${quoted(summary)}`);
}

function line(condition: string, rest: string): string {
  return `complete -c selfballoon -n ${quoted(condition)} ${rest}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
